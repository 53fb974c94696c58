"""Step Functions, as far as our workflow uses it: the real master and worker, one after the other,
with everything between them passed on as JSON.
"""

import json
from collections.abc import Callable
from typing import Any

from lambdas.names import Function
from tests.simulation.kernel import Kernel, Refusal
from tests.simulation.sqs import refused

Call = Callable[[Function, dict[str, Any]], Any]


class Steps:
    """Stands for the client of Step Functions; a run is one effect."""

    def __init__(self, kernel: Kernel, call: Call) -> None:
        self._kernel = kernel
        self._call = call

    def start_sync_execution(self, *, name: str, input: str, **_: Any) -> dict[str, Any]:  # noqa: A002
        """Plan, a worker for each shard, join."""
        job_id = json.loads(input)["job_id"]
        try:
            self._kernel.effect("workflow", f"runs {name}", lambda: self.run(job_id))
        except Refusal as refusal:
            raise refused("StartSyncExecution", refusal.what) from None
        return {"status": "SUCCEEDED"}

    def run(self, job_id: str) -> None:
        """The whole workflow."""
        planned, shards = self.planned(job_id)
        self.step("join", job_id, partials=[self.worked(planned, shard) for shard in shards])

    def planned(self, job_id: str) -> tuple[dict[str, Any], list[Any]]:
        """What the plan passes on to each worker, and the shards."""
        planned = self.step("plan", job_id)
        return planned, planned.pop("shards")

    def worked(self, planned: dict[str, Any], shard: Any) -> Any:
        """A worker's result for a shard."""
        return passed(self._call(Function.WORKER, planned | {"shard": shard}))

    def step(self, step: str, job_id: str, **event: Any) -> Any:
        """One step of the master's."""
        return passed(self._call(Function.MASTER, {"step": step, "job_id": job_id, **event}))


def passed(value: Any) -> Any:
    """A value as Step Functions passes it on."""
    return json.loads(json.dumps(value))
