"""The bridge between the exchange's MQTT broker and our SQS queues: one process, no business rules.

It knows topics and queues, never orders. Its promise: what is acknowledged to the broker is in SQS,
and what is deleted from SQS is acknowledged by the broker. Duplicates are allowed, losses are not.
"""
