"""Deliberate bugs in how money and orders are kept."""

from functools import partial
from typing import Final

from tests.simulation.planted import Bug, Edit

_BOOK = "lambdas/adapters/balances.py"
_ORDERS = "lambdas/adapters/orders.py"
_TABLE = "lambdas/domain/orders.py"
_TRADING = "lambdas/domain/trading.py"

_NO_POSTING_CONDITION = Edit(
    file=_BOOK,
    old="posting_item(posting), condition=PostingItem.posting_id.does_not_exist()",
    new="posting_item(posting)",
)
_NO_END_CONDITION = Edit(
    file=_BOOK,
    old="condition=PostingItem.posting_id.does_not_exist()",
    new="condition=None if posting.posting_id.endswith('#END')"
    " else PostingItem.posting_id.does_not_exist()",
)
_NO_ORDER_CONDITION = Edit(
    file=_ORDERS,
    old="transaction.save(item, condition=_unchanged(decision.before))",
    new="transaction.save(item)",
)
_NO_HELD_CONDITION = Edit(
    file=_BOOK, old="if posting.held_minor < 0:", new="if posting.held_minor < -(10**12):"
)
_LATE_ENDS = partial(Edit, file=_ORDERS, old="if after.ended_late:")

MONEY: Final = (
    Bug(
        name="drop the condition that the money is available",
        edits=(
            Edit(
                file=_BOOK,
                old="if posting.available_minor < 0:",
                new="if posting.available_minor < -(10**12):",
            ),
        ),
    ),
    Bug(name="drop the condition that a posting is new", edits=(_NO_POSTING_CONDITION,)),
    Bug(
        name="drop the condition that an order is as it was read",
        edits=(_NO_ORDER_CONDITION, _NO_END_CONDITION),
        layers="the key of the posting, for an end that came late",
    ),
    Bug(
        name="forget the posting of an end that came late",
        edits=(_LATE_ENDS(new="if False:"),),
    ),
    Bug(
        name="book every end by itself, as if its order did not tell it",
        edits=(_LATE_ENDS(new="if after.ended_at is not None:"),),
    ),
    Bug(
        name="write the account and the order one after the other",
        edits=(
            Edit(
                file=_ORDERS,
                old="        move(transaction, decision.posting, decision.gained)\n",
                new="        first = TransactWrite(connection=self._connection)\n"
                "        move(first, decision.posting, decision.gained)\n        write(first)\n",
            ),
        ),
    ),
    Bug(
        name="let a position be set instead of grown",
        edits=(
            Edit(
                file=_BOOK,
                old="shares_of(gained.symbol).add(gained.quantity)",
                new="shares_of(gained.symbol).set(gained.quantity)",
            ),
        ),
    ),
    Bug(
        name="sweep without a condition",
        edits=(
            Edit(
                file=_ORDERS,
                old="item.save(condition=_unchanged(decision.before), add_version_condition=False)",
                new="item.save(add_version_condition=False)",
            ),
        ),
    ),
    Bug(
        name="forget the terminal check",
        edits=(
            Edit(
                file=_TABLE,
                old="(State.ACCEPTED, Event.SEEN): (Effect.REPEAT, State.ACCEPTED)",
                new="(State.ACCEPTED, Event.SEEN): (Effect.MOVE, State.SENT)",
            ),
        ),
    ),
    Bug(
        name="move money when ACCEPT comes after VOID",
        edits=(
            Edit(
                file=_TABLE,
                old="(State.VOIDED, Event.ACCEPT): (Effect.CONFLICT, State.VOIDED)",
                new="(State.VOIDED, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED)",
            ),
            _NO_END_CONDITION,
            _NO_HELD_CONDITION,
        ),
        layers="the posting's key, and held ≥ cost; with them the answer is refused for ever",
    ),
    Bug(
        name="believe the last of two answers that contradict each other",
        edits=(
            Edit(
                file=_TABLE,
                old="(State.REJECTED, Event.ACCEPT): (Effect.CONFLICT, State.REJECTED)",
                new="(State.REJECTED, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED)",
            ),
        ),
    ),
    Bug(
        name="forget a contradiction",
        edits=(
            Edit(
                file=_TABLE,
                old="(State.ACCEPTED, Event.REJECT): (Effect.CONFLICT, State.ACCEPTED)",
                new="(State.ACCEPTED, Event.REJECT): (Effect.REPEAT, State.ACCEPTED)",
            ),
        ),
        hidden_from="whole: there a message may be lost for good, so its trace is not demanded",
    ),
    Bug(
        name="release money on a time-out",
        edits=(
            Edit(
                file=_TRADING,
                old="    asks = order.asks + 1\n",
                new="    if order.is_overdue(now, policy.overdue_after):\n"
                "        return apply(order, Event.VOID, now=now)\n    asks = order.asks + 1\n",
            ),
        ),
        hidden_from="fast: it has no sweep",
    ),
    Bug(
        name="refund at the current price",
        edits=(
            Edit(
                file="lambdas/usecases/advance_order.py",
                old="    if decision.after != decision.before:\n",
                new="    quote = orders.snapshot(order.account_id, order.symbol, order_id).quote\n"
                "    if quote and decision.posting and decision.posting.available_minor > 0:\n"
                "        from dataclasses import replace\n"
                "        from lambdas.domain.money import cost_minor\n"
                "        back = cost_minor(quote.price, order.quantity)\n"
                "        changed = {'available_minor': back, 'held_minor': -back}\n"
                "        posting = replace(decision.posting, **changed)\n"
                "        decision = replace(decision, posting=posting)\n"
                "    if decision.after != decision.before:\n",
            ),
        ),
    ),
    Bug(
        name="reckon with floats",
        edits=(
            Edit(
                file="lambdas/domain/money.py",
                old="    return int(exact.quantize(Decimal(1), ROUND_HALF_UP, EXACT))\n",
                new="    return round(float(price) * float(quantity) * MINOR_PER_MAJOR)\n",
            ),
        ),
    ),
    Bug(
        name="publish before storing",
        edits=(
            Edit(
                file="lambdas/usecases/place_order.py",
                old="    orders.commit(decision)\n",
                new="    from lambdas import runtime\n"
                "    from lambdas.domain.money import plain\n"
                "    from lambdas.wire.exchange import request_out\n"
                "    new = decision.after\n"
                "    text = request_out(order_id, new.symbol, plain(new.quantity), now, '3')\n"
                "    runtime.relay().outbox.send([text])\n"
                "    orders.commit(decision)\n",
            ),
        ),
    ),
    Bug(
        name="book a deposit under a key of its own each time",
        edits=(
            Edit(
                file="lambdas/usecases/make_deposit.py",
                old="deposit_id = ledger.deposit_id_for(account_id, key)",
                new="deposit_id = ledger.deposit_id_for(str(now), key)",
            ),
        ),
    ),
    Bug(
        name="name an order by the moment, not by the client's key",
        edits=(
            Edit(
                file="lambdas/usecases/place_order.py",
                old="order_id = order_id_for(account_id, key)",
                new="order_id = order_id_for(account_id + str(now), key)",
            ),
        ),
    ),
    Bug(
        name="let a late price replace a newer one",
        edits=(
            Edit(
                file="lambdas/domain/market.py",
                old="    if tick.observed_at > quote.observed_at:\n",
                new="    if tick.observed_at != quote.observed_at:\n",
            ),
        ),
    ),
    Bug(
        name="confirm a deposit that met another one",
        edits=(
            Edit(
                file="lambdas/usecases/make_deposit.py",
                old="    except StaleDecision:\n        return _made_before(wallets, posting)\n",
                new="    except (StaleDecision, Transient):\n        pass\n",
            ),
            Edit(
                file="lambdas/usecases/make_deposit.py",
                old="import KeyReused, StaleDecision\n",
                new="import KeyReused, StaleDecision, Transient\n",
            ),
        ),
    ),
)
