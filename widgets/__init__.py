"""Widgets: data in, message out."""
