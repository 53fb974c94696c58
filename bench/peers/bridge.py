"""The obvious bridge, at the same guarantees: QoS 1 and a persistent session, acknowledged to the
broker only after SQS has the message, deleted from SQS only after the broker has it. One call each.
"""

import json
import os
import threading
from datetime import UTC, datetime

import boto3
import paho.mqtt.client as paho

sqs = boto3.client("sqs")
topics = {"INFO": "PRICES", "REQUEST": "REQUESTS", "VALIDATION": "VALIDATIONS"}
queues = {os.environ[f"TOPIC_{t}"]: os.environ[f"{q}_QUEUE_URL"] for t, q in topics.items()}


def forward(client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
    """From the broker into the topic's queue."""
    body = {"topic": message.topic, "payload": message.payload.decode(), "v": 1}
    body["received_at"] = datetime.now(UTC).isoformat()
    sqs.send_message(QueueUrl=queues[message.topic], MessageBody=json.dumps(body))
    client.ack(message.mid, message.qos)


def publish_all(client: paho.Client) -> None:
    """From the outbound queue to the broker, for ever."""
    url = os.environ["OUTBOUND_QUEUE_URL"]
    while True:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=3, VisibilityTimeout=30
        )
        for message in answer.get("Messages", []):
            info = client.publish(os.environ["TOPIC_REQUEST"], message["Body"], qos=1)
            info.wait_for_publish(15)
            if info.is_published():
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


client = paho.Client(
    paho.CallbackAPIVersion.VERSION2, "measured", clean_session=False, manual_ack=True
)
client.on_message = forward
client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in queues])
client.connect("127.0.0.1", int(os.environ["BROKER_PORT"]))
threading.Thread(target=publish_all, args=(client,), daemon=True).start()
client.loop_forever()
