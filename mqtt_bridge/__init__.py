"""The bridge between the exchange's MQTT broker and our SQS queues: one process, no business rules.

It knows topics and queues, never orders. What it acknowledges to the broker is stored in SQS, and
what it deletes from SQS is acknowledged by the broker. Messages may be duplicated, never lost.
"""
