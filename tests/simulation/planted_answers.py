"""Deliberate bugs in what is read and told: the books are right, and somebody hears otherwise."""

from typing import Final

from tests.simulation.planted import Bug, Edit

_ACCOUNTS = "lambdas/storage/accounts.py"
_ORDERS = "lambdas/storage/orders.py"
_PAGINATION = "lambdas/storage/pagination.py"
_DECISIONS = "lambdas/domain/orders.py"
_WALLET = "lambdas/services/wallet.py"
_WALLET_API = "lambdas/api/wallet.py"
_ORDERS_API = "lambdas/api/orders.py"

ANSWERS: Final = (
    Bug(
        name="show the ledger's posting at a cursor twice",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="PostingItem.number < parse_number_cursor(cursor)",
                new="PostingItem.number <= parse_number_cursor(cursor)",
            ),
        ),
    ),
    Bug(
        name="skip an item between two pages",
        edits=(
            Edit(
                file=_PAGINATION,
                old="cursor_of(shown[-1]) if has_more",
                new="cursor_of(items[limit]) if has_more",
            ),
        ),
    ),
    Bug(
        name="say that the last page is not the last",
        edits=(
            Edit(
                file=_PAGINATION,
                old="    has_more = len(items) > limit\n",
                new="    has_more = len(items) >= limit\n",
            ),
        ),
    ),
    Bug(
        name="ignore the unprocessed keys of the batch that reads the account",
        edits=(
            Edit(
                file=_ORDERS,
                old="            account = transaction.get(AccountItem, account_id)\n",
                new="            raw = AccountItem._get_connection().batch_get_item(\n"
                '                [{"account_id": {"S": account_id}}], consistent_read=True\n'
                "            )\n"
                '            rows = raw["Responses"][AccountItem.Meta.table_name]\n'
                "            old = AccountItem.from_raw_data(rows[0]) if rows else None\n",
            ),
            Edit(
                file=_ORDERS,
                old="            account=account_of(account_id, found(account)),\n",
                new="            account=account_of(account_id, old),\n",
            ),
        ),
    ),
    Bug(
        name="ignore the unprocessed keys of the batch that reads a list of orders",
        edits=(
            Edit(
                file=_ORDERS,
                old="            items = list(OrderItem.batch_get(order_ids, consistent_read=True))\n",
                new="            keys = [{'order_id': {'S': it}} for it in order_ids]\n"
                "            raw = OrderItem._get_connection().batch_get_item(\n"
                "                keys, consistent_read=True\n"
                "            )\n"
                "            rows = raw['Responses'][OrderItem.Meta.table_name]\n"
                "            items = [OrderItem.from_raw_data(row) for row in rows]\n",
            ),
        ),
    ),
    Bug(
        name="take a page of DynamoDB for the whole answer",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="            postings = [posting_of(item) for item in items]\n",
                new="            page = next(iter(items.page_iter))\n"
                "            rows = [PostingItem.from_raw_data(row) for row in page['Items']]\n"
                "            postings = [posting_of(row) for row in rows]\n",
            ),
        ),
    ),
    Bug(
        name="read the account eventually consistent",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="AccountItem.get(account_id, consistent_read=True)",
                new="AccountItem.get(account_id)",
            ),
        ),
    ),
    Bug(
        name="read an order eventually consistent",
        edits=(
            Edit(
                file=_ORDERS,
                old="OrderItem.get(order_id, consistent_read=True)",
                new="OrderItem.get(order_id)",
            ),
        ),
    ),
    Bug(
        name="read the orders of a list eventually consistent",
        edits=(
            Edit(
                file=_ORDERS,
                old="OrderItem.batch_get(order_ids, consistent_read=True)",
                new="OrderItem.batch_get(order_ids)",
            ),
        ),
    ),
    Bug(
        name="read the ledger eventually consistent",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="scan_index_forward=False, limit=limit + 1, consistent_read=True",
                new="scan_index_forward=False, limit=limit + 1",
            ),
        ),
    ),
    Bug(
        name="read the positions eventually consistent",
        edits=(
            Edit(
                file=_ACCOUNTS,
                old="PositionItem.query(account_id, consistent_read=True)",
                new="PositionItem.query(account_id)",
            ),
        ),
    ),
    Bug(
        name="read the price of an order eventually consistent, by itself",
        edits=(
            Edit(
                file=_ORDERS,
                old="            quote = transaction.get(QuoteItem, BOARD, symbol)\n",
                new="            old = next(iter(QuoteItem.batch_get([(BOARD, symbol)])), None)\n",
            ),
            Edit(
                file=_ORDERS,
                old="            quote=None if (item := found(quote)) is None else quote_of(item),\n",
                new="            quote=None if old is None else quote_of(old),\n",
            ),
        ),
    ),
    Bug(
        name="answer a repeated order with 202",
        edits=(
            Edit(
                file=_ORDERS_API,
                old="        status=202 if is_new else 200,\n",
                new="        status=202,\n",
            ),
        ),
    ),
    Bug(
        name="answer a repeated deposit with 201",
        edits=(
            Edit(
                file=_WALLET_API,
                old="status=201 if is_new else 200",
                new="status=201",
            ),
        ),
    ),
    Bug(
        name="answer another content under a known key with the known order",
        edits=(
            Edit(
                file=_DECISIONS,
                old="        if snapshot.order.request_fingerprint != purchase.fingerprint:\n",
                new="        if snapshot.order.request_fingerprint == '':\n",
            ),
        ),
    ),
    Bug(
        name="refuse an order that would take the last cent",
        edits=(
            Edit(
                file=_DECISIONS,
                old="    if snapshot.account.available_minor < cost_minor:\n",
                new="    if snapshot.account.available_minor * 9 < cost_minor * 10:\n",
            ),
        ),
    ),
    Bug(
        name="date the end of an order before its hold",
        edits=(
            Edit(
                file=_DECISIONS,
                old="        ended_at=max(posting.recorded_at, order.created_at),\n",
                new="        ended_at=min(now, posting.recorded_at),\n",
            ),
        ),
    ),
    Bug(
        name="confirm an order before it is stored",
        edits=(
            Edit(
                file="lambdas/services/orders.py",
                old="        orders.commit(decision)\n        return Placed",
                new="        from lambdas.domain.errors import StaleDecision, Transient\n"
                "        try:\n"
                "            orders.commit(decision)\n"
                "        except (StaleDecision, Transient):\n"
                "            pass\n"
                "        return Placed",
            ),
        ),
    ),
    Bug(
        name="show the balance without what open orders hold",
        edits=(
            Edit(
                file=_WALLET_API,
                old="            held=money.major(account.held_minor),\n",
                new="            held=money.major(0),\n",
            ),
        ),
    ),
    Bug(
        name="list the oldest orders first",
        edits=(
            Edit(
                file=_ORDERS,
                old="account_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start",
                new="account_id, limit=limit + 1, last_evaluated_key=start",
            ),
        ),
    ),
)
