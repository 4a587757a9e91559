"""Workspaces: disjoint sets of namespaces, with members and rules of their own."""
