"""Step Functions, as far as our one workflow uses it: the real master and worker, one after the
other, everything between them passed on as JSON.
"""

import json
from collections.abc import Callable, Mapping
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

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """StartSyncExecution: plan, a worker for each part, join."""
        job_id, name = json.loads(request["input"])["job_id"], request["name"]
        try:
            self._kernel.effect("workflow", f"runs {name}", lambda: self.run(job_id))
        except Refusal as refusal:
            raise refused(operation, refusal.what) from None
        return {"status": "SUCCEEDED"}

    def run(self, job_id: str) -> None:
        """The whole workflow."""
        planned, parts = self.planned(job_id)
        self.step("join", job_id, partials=[self.worked(planned, part) for part in parts])

    def planned(self, job_id: str) -> tuple[dict[str, Any], list[Any]]:
        """What the plan passes on to each worker, and the parts."""
        planned = self.step("plan", job_id)
        return planned, planned.pop("parts")

    def worked(self, planned: dict[str, Any], part: Any) -> Any:
        """What a worker answers for a part."""
        return passed(self._call(Function.WORKER, planned | {"part": part}))

    def step(self, step: str, job_id: str, **event: Any) -> Any:
        """One step of the master's."""
        return passed(self._call(Function.MASTER, {"step": step, "job_id": job_id, **event}))


def passed(value: Any) -> Any:
    """What is left of it on the other side of Step Functions."""
    return json.loads(json.dumps(value))
