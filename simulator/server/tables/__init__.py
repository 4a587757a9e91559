"""Objects as the tables that `kubectl get` prints: the real server's columns and cell texts."""
