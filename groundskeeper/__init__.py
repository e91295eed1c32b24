"""The way in: a name that nothing else has, which looks at whose the other packages are before it runs them."""
