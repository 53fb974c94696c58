"""The only room that knows AWS: DynamoDB tables through pynamodb, and SQS."""
