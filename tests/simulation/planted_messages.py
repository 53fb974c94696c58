"""Deliberate bugs in how messages are read, carried and acknowledged."""

from typing import Final

from tests.simulation.planted import Bug, Edit

MESSAGES: Final = (
    Bug(
        name="compare group ids as they come",
        edits=(
            Edit(
                file="lambdas/wire/exchange_fields.py",
                old="        return text\n    return money.plain(number)\n",
                new="        return text\n    return str(value)\n",
            ),
        ),
    ),
    Bug(
        name="apply the answers to other groups",
        edits=(
            Edit(
                file="lambdas/handlers/validations.py",
                old="if verdict.group_id == runtime.exchange().group_id:",
                new="if runtime.exchange().orders.get(verdict.request_id) is not None:",
            ),
        ),
    ),
    Bug(
        name="make a new request_id when asking again",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="            change.order_id,\n            change.symbol,",
                new="            change.order_id + 'x' * change.asks,\n            change.symbol,",
            ),
        ),
        hidden_from="fast: it never asks again",
    ),
    Bug(
        name="date a request when it is sent, not when it was made",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="            change.created_at,\n",
                new="            runtime.now(),\n",
            ),
        ),
    ),
    Bug(
        name="relay swallows failures",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="for position in sorted(failed)\n",
                new="for position in sorted(failed)[:0]\n",
            ),
        ),
    ),
    Bug(
        name="forget the reminder",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="ports.reminders.send(list(new.values()), ports.first_ask_after)",
                new="ports.reminders.send([], ports.first_ask_after)",
            ),
        ),
    ),
    Bug(
        name="believe that every reminder was queued",
        edits=(
            Edit(
                file="lambdas/handlers/relay.py",
                old="    failed = unsent | _not_reminded(ports, new)\n",
                new="    failed = unsent\n    _not_reminded(ports, new)\n",
            ),
        ),
    ),
    Bug(
        name="delete the reminder of an open order",
        edits=(
            Edit(
                file="lambdas/usecases/hear_reminders.py",
                old="reminders.done([it for it in heard if it not in staying or it in renewed])",
                new="reminders.done(heard)",
            ),
        ),
        hidden_from="fast: it has no sweep",
    ),
    Bug(
        name="swallow the failures of a batch",
        edits=(
            Edit(
                file="lambdas/handlers/intake.py",
                old='message_id=record["messageId"])\n            return False\n'
                "        except Exception:",
                new='message_id=record["messageId"])\n        except Exception:',
            ),
        ),
        hidden_from="whole, mostly: the sweep asks again",
    ),
    Bug(
        name="fail on what cannot be understood instead of putting it aside",
        edits=(
            Edit(
                file="lambdas/handlers/intake.py",
                old='            dead_letters.put(record["body"], error.reason)\n',
                new="            raise\n",
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
        hidden_from="whole: the sweep asks again, and the exchange answers again",
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
        hidden_from="whole: the sweep asks again",
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
        hidden_from="whole: the sweep asks again",
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
