"""Finding out what an account holds, so that the console works where nobody wrote a stack file."""
