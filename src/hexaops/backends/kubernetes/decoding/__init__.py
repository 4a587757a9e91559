"""From the API server's JSON to rows: only the needed fields are decoded, everything else is skipped."""

from hexaops.backends.kubernetes.decoding.decoders import RowDecoder, decoder_for

__all__ = ["RowDecoder", "decoder_for"]
