"""The stacks of the demo: for each a stack file (TOML) and a module that builds what it names."""
