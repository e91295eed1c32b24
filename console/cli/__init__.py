"""The command line: subcommands over the same reads and the same gate as the screens."""
