"""The store: tables, migrations, transactions, and the durable engine."""
