"""`python -m bench.sqs_process --port 4670 --latency-ms 15`: the stub of SQS as a process."""

import argparse
import json
import threading

from bench.sqs_stub import SqsStub


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="SQS on loopback, for measurements")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=15.0)
    parser.add_argument("--outbound", type=int, default=0, help="messages to be published")
    options = parser.parse_args()
    with SqsStub(options.port) as stub:
        stub.faults.latency_s = options.latency_ms / 1000
        for number in range(options.outbound):
            stub.put("outbound", json.dumps({"request_id": str(number), "symbol": "AAPL"}))
        print("ready", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
