"""The catalogue: one room a service, with its checks, its views and its operations."""
