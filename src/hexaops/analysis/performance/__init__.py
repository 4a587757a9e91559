"""How an application performed in a time range: figures, bottlenecks, trends, anomalies (docs/formulas.md)."""
