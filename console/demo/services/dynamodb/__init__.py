"""Amazon DynamoDB, with the past of its tables."""
