"""Notifications: sentences for people, sent to the channels that the settings name, and to no others."""
