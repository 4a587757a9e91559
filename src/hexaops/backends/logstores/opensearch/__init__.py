"""The adapter to OpenSearch and Elasticsearch (their common search API)."""
