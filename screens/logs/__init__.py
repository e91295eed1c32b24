"""Logs: panes of followed log groups, and what leads there and away."""
