"""Deliberate bugs in how money and orders are kept."""

from typing import Final

from tests.simulation.planted import Bug, Edit

_ACCOUNTS = "lambdas/storage/accounts.py"
_ORDERS = "lambdas/storage/orders.py"
_DECISIONS = "lambdas/domain/orders.py"
_DEPOSITS = "lambdas/domain/deposits.py"
_LEDGER = "lambdas/domain/ledger.py"
_SERVICE = "lambdas/services/orders.py"
_WALLET = "lambdas/services/wallet.py"

_NO_POSTING_CONDITION = Edit(
    file=_ACCOUNTS,
    old="posting_item(posting), condition=PostingItem.number.does_not_exist()",
    new="posting_item(posting)",
)
_NO_ASSERTION = Edit(
    file=_LEDGER,
    old="    assert posting.available_after_minor >= 0",
    new="    assert True",
)
_NO_HELD_ASSERTION = Edit(
    file=_LEDGER, old="    assert posting.held_after_minor >= 0", new="    assert True"
)

MONEY: Final = (
    Bug(
        name="drop the condition that the money is available",
        edits=(
            Edit(
                file=_DECISIONS,
                old="    if snapshot.account.available_minor < cost_minor:\n",
                new="    if cost_minor < 0:\n",
            ),
            _NO_ASSERTION,
        ),
        layers="the ledger's assertion that no balance is negative",
    ),
    Bug(
        name="write balances from a stale read, without the version condition",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="            AccountItem.posted_at.set(posting.recorded_at),\n        ],\n",
                new="            AccountItem.posted_at.set(posting.recorded_at),\n        ],\n"
                "        add_version_condition=False,\n",
            ),
            _NO_POSTING_CONDITION,
        ),
        layers="the posting's key",
    ),
    Bug(
        name="drop the condition that an order is as it was read",
        edits=(
            Edit(
                file=_ORDERS,
                old="transaction.update(_versioned(before), actions=_changes(before, after))",
                new="transaction.update(\n"
                "                        _versioned(before),\n"
                "                        actions=_changes(before, after),\n"
                "                        add_version_condition=False,\n"
                "                    )",
            ),
        ),
    ),
    Bug(
        name="move money without a posting",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="    transaction.save(posting_item(posting), condition=",
                new="    posting.number > 1 or transaction.save(posting_item(posting), condition=",
            ),
        ),
    ),
    Bug(
        name="skip a number of the ledger",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="        number=posting.number,\n        kind=posting.kind.value,\n",
                new="        number=posting.number + (posting.kind is PostingKind.RELEASE),\n"
                "        kind=posting.kind.value,\n",
            ),
        ),
    ),
    Bug(
        name="let the ledger's time go backwards",
        edits=(
            Edit(
                file=_LEDGER,
                old="now if account.posted_at is None else max(now, account.posted_at)",
                new="now",
            ),
        ),
    ),
    Bug(
        name="take deposited money from the wrong counter-account",
        edits=(
            Edit(
                file=_DEPOSITS,
                old="Line(LineAccount(deposit.method.value), -deposit.amount_minor)",
                new="Line(LineAccount.EXCHANGE, -deposit.amount_minor)",
            ),
        ),
    ),
    Bug(
        name="write the account and the order one after the other",
        edits=(
            Edit(
                file=_ORDERS,
                old="                post(transaction, decision.posting)\n",
                new="                with TransactWrite(connection=self._connection) as first:\n"
                "                    post(first, decision.posting)\n",
            ),
        ),
    ),
    Bug(
        name="read the snapshot's account by itself, eventually consistent",
        edits=(
            Edit(
                file=_ORDERS,
                old="            account = transaction.get(AccountItem, account_id)\n",
                new="            old = next(iter(AccountItem.batch_get([account_id])), None)\n",
            ),
            Edit(
                file=_ORDERS,
                old="            account=account_of(account_id, found(account)),\n",
                new="            account=account_of(account_id, old),\n",
            ),
        ),
    ),
    Bug(
        name="let a position be set instead of grown",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="PositionItem.quantity.add(change.quantity)",
                new="PositionItem.quantity.set(change.quantity)",
            ),
        ),
    ),
    Bug(
        name="write an order's step without money unconditionally",
        edits=(
            Edit(
                file=_ORDERS,
                old="_versioned(before).update(actions=_changes(before, after))",
                new="_versioned(before).update(\n"
                "                    actions=_changes(before, after), add_version_condition=False\n"
                "                )",
            ),
        ),
    ),
    Bug(
        name="forget the terminal check",
        edits=(
            Edit(
                file=_DECISIONS,
                old="(State.ACCEPTED, Event.ECHOED): (Effect.REPEAT, State.ACCEPTED)",
                new="(State.ACCEPTED, Event.ECHOED): (Effect.MOVE, State.SENT)",
            ),
        ),
    ),
    Bug(
        name="move money when ACCEPT comes after VOID",
        edits=(
            Edit(
                file=_DECISIONS,
                old="(State.VOIDED, Event.ACCEPT): (Effect.CONFLICT, State.VOIDED)",
                new="(State.VOIDED, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED)",
            ),
            _NO_HELD_ASSERTION,
        ),
        layers="the ledger's assertion that no balance is negative",
    ),
    Bug(
        name="believe the last of two answers that contradict each other",
        edits=(
            Edit(
                file=_DECISIONS,
                old="(State.REJECTED, Event.ACCEPT): (Effect.CONFLICT, State.REJECTED)",
                new="(State.REJECTED, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED)",
            ),
        ),
    ),
    Bug(
        name="forget a contradiction",
        edits=(
            Edit(
                file=_DECISIONS,
                old="(State.ACCEPTED, Event.REJECT): (Effect.CONFLICT, State.ACCEPTED)",
                new="(State.ACCEPTED, Event.REJECT): (Effect.REPEAT, State.ACCEPTED)",
            ),
        ),
        hidden_from="whole: there a message may be lost for good, so its trace is not demanded",
    ),
    Bug(
        name="record a conflict again with every repeated answer",
        edits=(
            Edit(
                file=_DECISIONS,
                old="case Effect.CONFLICT if order.conflict is None:",
                new="case Effect.CONFLICT if order is not None:",
            ),
        ),
    ),
    Bug(
        name="release money on a time-out",
        edits=(
            Edit(
                file="lambdas/handlers/sweep.py",
                old="    for order_id in swept.retried:\n",
                new="    from lambdas.domain.orders import Event\n"
                "    from lambdas.services.orders import advance_order\n"
                "    for entry in deps.orders.open():\n"
                "        if deps.now() - entry.created_at >= deps.config.policy.overdue_after:\n"
                "            advance_order(deps.orders, deps.accounts, entry.order_id,\n"
                "                          Event.VOID, now=deps.now(), reason='too late')\n"
                "    for order_id in swept.retried:\n",
            ),
        ),
        hidden_from="fast: it has no sweep",
    ),
    Bug(
        name="refund at the current price",
        edits=(
            Edit(
                file=_SERVICE,
                old="        needs_account = decisions.needs_account(order, event)\n",
                new="        needs_account = decisions.needs_account(order, event)\n"
                "        quote = orders.snapshot(order.account_id, order.symbol, order_id).quote\n"
                "        if quote and event in (Event.REJECT, Event.VOID):\n"
                "            from dataclasses import replace\n"
                "            from lambdas.domain.money import cost_minor\n"
                "            cost = cost_minor(quote.price, order.quantity)\n"
                "            order = replace(order, cost_minor=cost)\n",
            ),
            _NO_HELD_ASSERTION,
        ),
        layers="the ledger's assertion that no balance is negative",
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
                file=_SERVICE,
                old="        orders.commit(decision)\n        return Placed",
                new="        from lambdas.handlers import relay\n"
                "        from lambdas.messaging.exchange import serialize_request\n"
                "        new = decision.after\n"
                "        text = serialize_request(order_id, new.symbol, new.quantity, now, '3')\n"
                "        relay.deps.outbox.send([text])\n"
                "        orders.commit(decision)\n        return Placed",
            ),
        ),
    ),
    Bug(
        name="book a deposit under a key of its own each time",
        edits=(
            Edit(
                file=_WALLET,
                old="deposit_id = deposits.deposit_id_for(account_id, key)",
                new="deposit_id = deposits.deposit_id_for(str(now), key)",
            ),
        ),
    ),
    Bug(
        name="name an order by the moment, not by the client's key",
        edits=(
            Edit(
                file=_SERVICE,
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
                old="    if tick.observed_at <= quote.observed_at:\n",
                new="    if tick.observed_at == quote.observed_at:\n",
            ),
        ),
    ),
    Bug(
        name="confirm a deposit that met another one",
        edits=(
            Edit(
                file=_WALLET,
                old="        accounts.commit_deposit(decision)\n",
                new="        from lambdas.domain.errors import StaleDecision, Transient\n"
                "        try:\n"
                "            accounts.commit_deposit(decision)\n"
                "        except (StaleDecision, Transient):\n"
                "            pass\n",
            ),
        ),
    ),
    Bug(
        name="leave a new order out of the index of open orders",
        edits=(
            Edit(
                file=_ORDERS,
                old="open_shard=str(crc32(order.order_id.encode()) % OPEN_ORDER_SHARDS),",
                new="open_shard=None,",
            ),
        ),
    ),
    Bug(
        name="take an order out of the index of open orders when it is sent",
        edits=(
            Edit(
                file=_ORDERS,
                old="    if before.is_open and not after.is_open:\n",
                new="    if before.is_open and after.state is not State.PENDING:\n",
            ),
        ),
    ),
    Bug(
        name="leave an ended order in the index of open orders",
        edits=(
            Edit(
                file=_ORDERS,
                old="    if before.is_open and not after.is_open:\n",
                new="    if before.is_open and after.state is State.VOIDED:\n",
            ),
        ),
    ),
    Bug(
        name="read all partitions of the index but the last",
        edits=(
            Edit(
                file=_ORDERS,
                old="for shard in range(OPEN_ORDER_SHARDS)\n",
                new="for shard in range(OPEN_ORDER_SHARDS - 1)\n",
            ),
        ),
    ),
    Bug(
        name="retry whatever the index lists, ended or not",
        edits=(
            Edit(
                file=_DECISIONS,
                old="    if not policy.retry_orders or not order.is_open or now",
                new="    if not policy.retry_orders or now",
            ),
        ),
        hidden_from="fast: it has no sweep",
    ),
)
