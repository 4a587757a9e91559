"""Scaling by trusted services: to a number they name, or to what the measured load needs."""
