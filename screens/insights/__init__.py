"""Logs Insights: a query and its results."""
