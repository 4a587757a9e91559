"""Quality of the analysis on public data sets; see benchmarks/analysis_quality.py."""
