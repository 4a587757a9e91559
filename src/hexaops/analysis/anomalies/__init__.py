"""Anomalies of time series: `novelty` scores one series as it comes, `seasonal` many at once."""
