"""The wallet: balances, deposits, the ledger, and what was bought."""

from lambdas.handlers.api_outcomes import logger
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import Response, answer, csv_answer, items, whole
from lambdas.usecases import make_deposit as deposits
from lambdas.usecases.value_portfolio import value_portfolio
from lambdas.wire import http, http_out
from lambdas.wire.http_in import Faults, deposit_in, page_in


def get_wallet(request: Request) -> Response:
    """One read."""
    account = request.api.wallets.account(request.account_id)
    return answer(http_out.wallet(account, request.api.currency))


def make_deposit(request: Request) -> Response:
    """201, or 200 with the same deposit on a retry."""
    api = request.api
    amount_minor, key = deposit_in(
        request.body, request.header("idempotency-key"), most_minor=api.max_deposit_minor
    )
    made = deposits.make_deposit(
        api.wallets,
        account_id=request.account_id,
        key=key or request.new_key(),
        amount_minor=amount_minor,
        now=request.now,
    )
    logger.info("deposit", deposit_id=made.posting.cause_id, is_new=made.is_new)
    body = http_out.deposit(made.posting, api.currency)
    return answer(body, status=201 if made.is_new else 200)


def list_postings(request: Request) -> Response:
    """A page of the ledger, or all of it as CSV."""
    faults = Faults()
    part = page_in(request.query, faults)
    faults.check()
    wallets, account_id, currency = request.api.wallets, request.account_id, request.api.currency
    if request.wants_csv:
        ledger = whole(lambda n, at: wallets.postings(account_id, n, at), part.cursor)
        rows = [http_out.posting(entry, currency) for entry in ledger.items]
        return csv_answer("postings", http.Posting, rows, ledger.next_cursor)
    page = wallets.postings(account_id, part.limit, part.cursor)
    return answer(items(page, lambda entry: http_out.posting(entry, currency)))


def get_portfolio(request: Request) -> Response:
    """Two reads, however many positions there are."""
    api = request.api
    owned = value_portfolio(api.wallets, api.market, request.account_id)
    body = http_out.portfolio_of(owned, api.currency)
    if request.wants_csv:
        return csv_answer("portfolio", http.Holding, body.positions)
    return answer(body)
