"""The program: opens the console or runs a subcommand."""


def main() -> int:
    """Start Groundskeeper."""
    return 0
