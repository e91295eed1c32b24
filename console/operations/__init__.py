"""What an Operation is: its fields, its plan and its steps."""
