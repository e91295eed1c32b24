"""An account without a stack file: what was found in it and is not judged."""
