"""Groundskeeper: a terminal console for operating AWS-hosted application stacks."""

__version__ = "0.1.0"
