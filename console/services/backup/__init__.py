"""Backups of every kind, against the policy of a stack; AWS Backup."""
