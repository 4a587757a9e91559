"""Facts of the two API documents as data: `python -m tools.contract extract FOLDER`.

The documents stand outside the project; what tests need of them (paths, keys, types, codes,
limits) is kept in `tests/contract/contract.json`, with each document's hash.
"""
