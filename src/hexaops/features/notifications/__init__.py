"""Notifications: sentences for people, sent to the channels of the settings and of workspaces, and to no others."""
