"""The only room that knows AWS: DynamoDB tables through pynamodb, and SQS."""

from lambdas.adapters import mapper_alone

mapper_alone.load()
