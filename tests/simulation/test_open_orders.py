"""The index of open orders lags: the sweep while an order is missing from it, and afterwards."""

from random import Random

from lambdas.handlers import sweep
from lambdas.names import Function, Table
from lambdas.services.orders import Sweep, sweep_orders
from tests.simulation.tables import INDEX_LAG_S
from tests.simulation.test_crash_matrix import ordered
from tests.simulation.workbench import Bench


class AlwaysOld(Random):
    """Lets every read that may return an older version do so."""

    def random(self) -> float:
        """The least."""
        return 0.0


def lagging(bench: Bench) -> str:
    """An order that is due for a retry and missing from the index."""
    (order_id,) = ordered(bench, 1)
    bench.recorder.now_s += 61
    bench.recorder.is_calm = False
    bench.tables._rng = AlwaysOld()
    return order_id


def attempts(bench: Bench, order_id: str) -> int:
    """How often the order was published again."""
    return int(bench.tables.of(Table.ORDERS)[order_id,]["attempts"]["N"])


def measured(bench: Bench) -> Sweep:
    """What a sweep counts."""
    policy, now = sweep.deps.config.policy, bench.functions.now()
    return sweep_orders(sweep.deps.orders, policy=policy, now=now, max_retries=0)


def test_an_order_missing_from_the_index_is_retried_by_a_later_sweep() -> None:
    bench = Bench()
    with bench.open():
        order_id = lagging(bench)
        bench.call(Function.SWEEP, {})
        assert attempts(bench, order_id) == 0
        bench.recorder.now_s += INDEX_LAG_S
        bench.call(Function.SWEEP, {})
        assert attempts(bench, order_id) == 1


def test_no_open_order_is_unknown_to_the_metrics_once_the_index_is_up_to_date() -> None:
    bench = Bench()
    with bench.open():
        lagging(bench)
        assert measured(bench).unanswered == 0
        bench.recorder.now_s += INDEX_LAG_S
        assert (measured(bench).unanswered, measured(bench).overdue) == (1, 0)
        bench.recorder.now_s += 300
        assert (measured(bench).unanswered, measured(bench).overdue) == (1, 1)


def test_an_ended_order_that_the_index_still_lists_is_not_retried() -> None:
    bench = Bench()
    with bench.open():
        order_id = lagging(bench)
        bench.recorder.now_s += INDEX_LAG_S
        message = f'{{"request_id": "{order_id}", "group_id": 3, "valid": false}}'
        bench.call(Function.VALIDATIONS, bench.messages(message))
        assert measured(bench).unanswered == 1
        bench.call(Function.SWEEP, {})
        assert attempts(bench, order_id) == 0
