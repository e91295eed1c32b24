"""Following log groups without loss."""
