"""Where archives are kept: a folder, or a bucket of any S3-compatible store."""
