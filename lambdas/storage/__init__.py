"""Repositories over DynamoDB, by pynamodb: one per aggregate."""
