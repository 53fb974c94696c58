"""The operator's port `DeadLetterQueue` over what the port `DeadLetters` puts aside."""

from collections.abc import Callable, Sequence

import pytest

from ops.adapters.sqs import SqsDeadLetterQueue
from ops.ports import DeadLetterQueue
from tests.builders import NOW
from tests.contract.conftest import QueuePorts, received
from tests.fakes.memory import MemoryDeadLetters
from tests.fakes.operations import MemoryDeadLetterQueue

Returned = Callable[[], Sequence[str]]


@pytest.fixture
def letters(queue_ports: QueuePorts) -> tuple[DeadLetterQueue, Returned]:
    """The dead-letter queue, and the bodies that went back to its source queue."""
    if queue_ports.queues is None:
        assert isinstance(queue_ports.dead_letters, MemoryDeadLetters)
        memory = MemoryDeadLetterQueue(queue_ports.dead_letters, NOW)
        return memory, lambda: memory.source
    queues = queue_ports.queues
    queue = SqsDeadLetterQueue(queues.client, queues.dead_url, queues.source_url)
    return queue, lambda: received(queues.client, queues.source_url)


def put_aside(queue_ports: QueuePorts, number: int) -> list[tuple[str, str]]:
    messages = [(f'{{"n":{place},"é":1}}', f"reason {place}") for place in range(number)]
    for body, reason in messages:
        queue_ports.dead_letters.put(body, reason)
    return messages


def test_an_empty_queue_shows_nothing(letters: tuple[DeadLetterQueue, Returned]) -> None:
    assert letters[0].peek(10) == []


def test_letters_are_shown_whole_with_their_reasons_and_stay(
    queue_ports: QueuePorts, letters: tuple[DeadLetterQueue, Returned]
) -> None:
    messages = put_aside(queue_ports, 13)
    for _ in range(2):
        seen = letters[0].peek(100)
        assert sorted((letter.body, letter.reason) for letter in seen) == sorted(messages)
        assert len({letter.letter_id for letter in seen}) == len(messages)
        times = [letter.sent_at for letter in seen]
        assert times == sorted(times)


def test_letters_return_unchanged_to_their_source_queue(
    queue_ports: QueuePorts, letters: tuple[DeadLetterQueue, Returned]
) -> None:
    messages = put_aside(queue_ports, 13)
    queue, returned = letters
    moved = queue.move(queue.peek(100))
    assert (moved.letters, moved.finished) == (13, True)
    assert sorted(returned()) == sorted(body for body, _ in messages)
    assert queue.peek(100) == []


def test_a_letter_is_dropped_alone_and_once(
    queue_ports: QueuePorts, letters: tuple[DeadLetterQueue, Returned]
) -> None:
    put_aside(queue_ports, 3)
    queue, returned = letters
    first, second, third = queue.peek(10)
    assert queue.drop(second.letter_id)
    assert not queue.drop(second.letter_id)
    assert {letter.letter_id for letter in queue.peek(10)} == {first.letter_id, third.letter_id}
    assert returned() == []
