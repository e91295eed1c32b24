"""Plots: axes, curves, sparklines."""
