"""Amazon Cognito user pools."""
