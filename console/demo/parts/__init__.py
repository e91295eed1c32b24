"""What the stacks of the demo are built of; each function makes one kind of resource in moto's own state.

They run in the server's process, since building the five stacks over HTTP takes 22 s.
"""
