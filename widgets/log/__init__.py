"""The rooms of the log pane: how lines are laid out, painted, moved through and told about."""
