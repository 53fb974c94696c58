"""Messages: SQS, Step Functions, the orders stream, and the exchange's wire protocol."""
