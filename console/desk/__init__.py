"""What the screens and commands work at: the workspace, the stacks of a run, connections, the poller, the gate."""
