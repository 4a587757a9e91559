"""The source of metrics that needs nothing installed: samples taken through the API server, kept in the home folder."""
