"""What the ports over queues promise: nothing is changed on the way, nothing is lost on the way
back.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from lambdas.ports import Reminder, Reminders
from tests.contract.conftest import QueuePorts

NOW = timedelta(0)


def test_requests_are_queued_byte_for_byte_and_none_is_said_to_be_missing(
    queue_ports: QueuePorts,
) -> None:
    requests = [f'{{"quantity":{number},"name":"ñ"}}' for number in range(23)]
    assert queue_ports.outbox.send(requests) == []
    assert sorted(queue_ports.sent()) == sorted(requests)


def test_nothing_to_send_is_nothing_sent(queue_ports: QueuePorts) -> None:
    assert queue_ports.outbox.send([]) == []
    assert queue_ports.sent() == []


def test_every_job_is_queued(queue_ports: QueuePorts) -> None:
    jobs = [f"job-{number}" for number in range(23)]
    queue_ports.job_queue.send(jobs)
    assert sorted(queue_ports.asked()) == sorted(jobs)


def heard(reminders: Reminders) -> Iterator[Reminder]:
    """All that are due."""
    while found := reminders.due():
        yield from found


def test_every_order_is_reminded_of_and_then_not_for_a_while(queue_ports: QueuePorts) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    orders = [f"order-{number}" for number in range(23)]
    assert queue_ports.reminders.send(orders, NOW) == []
    found = list(heard(queue_ports.reminders))
    assert sorted(chain.from_iterable(it.order_ids for it in found)) == sorted(orders)
    assert len({it.handle for it in found}) == len(found)
    assert all(began < it.sent_at <= datetime.now(UTC) for it in found)
    assert list(heard(queue_ports.reminders)) == []


def test_a_reminder_comes_no_sooner_than_it_was_asked_to(queue_ports: QueuePorts) -> None:
    queue_ports.reminders.send(["later", "later still"], timedelta(seconds=2.9))
    queue_ports.reminders.send(["much later"], timedelta(days=1))  # SQS's most is 15 minutes
    assert list(heard(queue_ports.reminders)) == []
    time.sleep(3)
    found = set(chain.from_iterable(it.order_ids for it in heard(queue_ports.reminders)))
    assert found == {"later", "later still"}


def test_what_is_done_with_is_forgotten_even_twice(queue_ports: QueuePorts) -> None:
    queue_ports.reminders.send([f"order-{number}" for number in range(12)], NOW)
    found = list(heard(queue_ports.reminders))
    for _ in range(2):
        queue_ports.reminders.done(found)
    queue_ports.reminders.done([])
    assert queue_ports.reminders.send([], NOW) == []
    assert list(heard(queue_ports.reminders)) == []


def put_some(queue_ports: QueuePorts, number: int) -> list[tuple[str, str]]:
    letters = [(f'{{"n":{place},"é":1}}', f"reason {place}") for place in range(number)]
    for body, reason in letters:
        queue_ports.dead_letters.put(body, reason)
    return letters


def test_an_empty_box_shows_nothing(queue_ports: QueuePorts) -> None:
    assert queue_ports.letters.look(10) == []


def test_letters_are_shown_whole_with_their_reasons_and_stay(queue_ports: QueuePorts) -> None:
    put = put_some(queue_ports, 13)
    for _ in range(2):
        seen = queue_ports.letters.look(100)
        assert sorted((letter.body, letter.reason) for letter in seen) == sorted(put)
        assert len({letter.letter_id for letter in seen}) == len(put)
        times = [letter.sent_at for letter in seen]
        assert times == sorted(times)


def test_letters_go_back_as_they_came_and_leave(queue_ports: QueuePorts) -> None:
    put = put_some(queue_ports, 13)
    moved = queue_ports.letters.move(queue_ports.letters.look(100))
    assert (moved.letters, moved.finished) == (13, True)
    assert sorted(queue_ports.returned()) == sorted(body for body, _ in put)
    assert queue_ports.letters.look(100) == []


def test_a_letter_is_dropped_alone_and_once(queue_ports: QueuePorts) -> None:
    put_some(queue_ports, 3)
    first, second, third = queue_ports.letters.look(10)
    assert queue_ports.letters.drop(second.letter_id)
    assert not queue_ports.letters.drop(second.letter_id)
    left = {letter.letter_id for letter in queue_ports.letters.look(10)}
    assert left == {first.letter_id, third.letter_id}
    assert queue_ports.returned() == []
