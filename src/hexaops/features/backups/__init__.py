"""Backups of applications: their manifests, encrypted where secret, in an archive that is verified and expires."""
