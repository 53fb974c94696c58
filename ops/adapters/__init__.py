"""AWS implementations of the commands' ports: DynamoDB, SQS, CloudWatch."""
