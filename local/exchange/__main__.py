"""`python -m local.exchange`: puts the parts together and runs them until SIGTERM or Ctrl-C."""

import logging
import sys
from datetime import UTC, datetime

from local.exchange.core import Exchange, Plan
from local.exchange.groups import Groups, numbers_beside
from local.exchange.ledger import Ledger, LedgerUnreadable
from local.exchange.market import Market, iso, open_market
from local.exchange.options import Options, read_options
from local.exchange.process import LOG, Process
from local.exchange.replay import SeriesMissing, real_series
from local.exchange.verdicts import Rules


def main() -> int:
    options = read_options(sys.argv[1:])
    logging.basicConfig(format="%(asctime)s exchange %(levelname)s %(message)s", level=logging.INFO)
    try:
        market = open_market(real_series(), options.seed, options.speed)
        ledger = Ledger(options.ledger)
    except (SeriesMissing, LedgerUnreadable, OSError) as error:
        LOG.error("%s", error)
        return 2
    LOG.info("%d companies, %d verdicts known", len(market.symbols), len(ledger))
    exchange = build(options, market, ledger, run=iso(datetime.now(UTC)))
    process = Process(
        exchange=exchange,
        broker=options.broker,
        client_id=options.client_id,
        topics=options.topics,
    )
    process.stop_on_signals()
    process.run()
    return 0


def build(options: Options, market: Market, ledger: Ledger, run: str) -> Exchange:
    """The exchange of these options; `run` names this run where the options do not."""
    rules = Rules(
        seed=options.seed,
        symbols=frozenset(market.symbols),
        reject_share=options.reject_share,
        reject_symbols=options.reject_symbols,
    )
    groups = Groups(
        numbers=numbers_beside(options.our_group, options.groups),
        symbols=market.symbols,
        seed=options.seed,
        run=options.run or run,
        interval_s=options.group_interval_s,
    )
    plan = Plan(
        seed=options.seed,
        interval_s=options.interval_s,
        backfill=options.backfill,
        delay_s=options.delay_s,
        rates=options.rates,
    )
    return Exchange(plan=plan, market=market, rules=rules, groups=groups, ledger=ledger)


if __name__ == "__main__":
    sys.exit(main())
