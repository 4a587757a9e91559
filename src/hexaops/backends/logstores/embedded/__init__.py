"""The embedded log engine: a block log that is safe once acknowledged, and a tantivy index per day beside it.

`store.py` is the engine; a partition holds one UTC day; the index can always be made again from the block log.
"""
