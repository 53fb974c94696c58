"""Deliberate bugs in how messages are read, carried and acknowledged."""

from typing import Final

from tests.simulation.planted import Bug, Edit

MESSAGES: Final = (
    Bug(
        name="compare group ids as they come",
        edits=(
            Edit(
                file="lambdas/messaging/exchange.py",
                old="    return normalise_group_id(text)\n",
                new="    return text\n",
            ),
        ),
    ),
    Bug(
        name="apply the answers to other groups",
        edits=(
            Edit(
                file="lambdas/handlers/validations.py",
                old="if validation.group_id == deps.config.group_id:",
                new="if deps.orders.get(validation.request_id) is not None:",
            ),
        ),
    ),
    Bug(
        name="record an accepted order only with the first answer",
        edits=(
            Edit(
                file="lambdas/handlers/validations.py",
                old="    if decision.after.state is State.ACCEPTED:\n",
                new="    if decision.effect is Effect.MOVE and validation.valid:\n",
            ),
        ),
    ),
    Bug(
        name="make a new request_id when publishing again",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="        publication.order_id,\n        publication.symbol,",
                new="        publication.order_id + 'x' * publication.attempts,\n"
                "        publication.symbol,",
            ),
        ),
        hidden_from="fast: it never publishes again",
    ),
    Bug(
        name="date a request when it is sent, not when it was made",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="        publication.created_at,\n",
                new="        deps.now(),\n",
            ),
        ),
    ),
    Bug(
        name="relay swallows failures",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="for place in sorted(failed)\n",
                new="for place in sorted(failed)[:0]\n",
            ),
        ),
    ),
    Bug(
        name="forget the receipt of an order that was accepted at once",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="    failed = _publish(changes) | _request_receipts(changes)\n",
                new="    failed = _publish(changes) | _request_receipts(changes[1:])\n",
            ),
        ),
    ),
    Bug(
        name="swallow the failures of a batch",
        edits=(
            Edit(
                file="lambdas/handlers/batch.py",
                old='                logger.warning("will be retried", reason=error.code)\n'
                "                raise\n",
                new='                logger.warning("will be retried", reason=error.code)\n',
            ),
        ),
        hidden_from="whole, mostly: the sweep publishes again",
    ),
    Bug(
        name="fail on what is malformed instead of putting it aside",
        edits=(
            Edit(
                file="lambdas/handlers/batch.py",
                old="        dead_letters.put(body, error.reason)\n",
                new="        raise\n",
            ),
        ),
    ),
    Bug(
        name="acknowledge to the broker before SQS has accepted",
        edits=(
            Edit(
                file="mqtt_bridge/inbound.py",
                old="        self._hold(1, len(body))\n",
                new="        self._hold(1, len(body))\n"
                "        self._acknowledge([message.token])\n",
            ),
        ),
        hidden_from="whole: the sweep publishes again, and the exchange answers again",
    ),
    Bug(
        name="delete from outbound before the broker's acknowledgement",
        edits=(
            Edit(
                file="mqtt_bridge/outbound.py",
                old="                held.published_at = time.monotonic()\n",
                new="                held.published_at = time.monotonic()\n"
                "                self._to_delete.append(held)\n"
                "                self._changed.notify_all()\n",
            ),
        ),
        hidden_from="whole: the sweep publishes again",
    ),
    Bug(
        name="delete from outbound whatever became of the publication",
        edits=(
            Edit(
                file="mqtt_bridge/outbound.py",
                old="is_confirmed = not done.cancelled() and done.exception() is None",
                new="is_confirmed = not done.cancelled()",
            ),
        ),
        hidden_from="whole: the sweep publishes again",
    ),
    Bug(
        name="forget what SQS did not take",
        edits=(
            Edit(
                file="mqtt_bridge/inbound.py",
                old="failed = [message for message, outcome in pairs "
                "if outcome is SendResult.FAILED]",
                new="failed = [m for m, o in pairs if o is SendResult.FAILED and len(pairs) > 1]",
            ),
        ),
    ),
)
