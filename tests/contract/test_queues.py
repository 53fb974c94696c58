"""The ports over queues: messages arrive unchanged, and none is lost."""

from tests.contract.conftest import QueuePorts


def test_requests_are_queued_byte_for_byte_and_none_is_reported_as_missing(
    queue_ports: QueuePorts,
) -> None:
    requests = [f'{{"quantity":{number},"name":"ñ"}}' for number in range(23)]
    assert queue_ports.outbox.send(requests) == []
    assert sorted(queue_ports.sent()) == sorted(requests)


def test_an_empty_batch_sends_nothing(queue_ports: QueuePorts) -> None:
    assert queue_ports.outbox.send([]) == []
    assert queue_ports.sent() == []


def test_every_job_is_queued(queue_ports: QueuePorts) -> None:
    jobs = [f"job-{number}" for number in range(23)]
    queue_ports.job_queue.send(jobs)
    assert sorted(queue_ports.queued_jobs()) == sorted(jobs)
