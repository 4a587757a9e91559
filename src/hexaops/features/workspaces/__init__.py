"""Workspaces: disjoint sets of namespaces with their own members and policy."""
