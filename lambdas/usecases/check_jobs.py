"""Whether the job service is alive: its workflow is there, and somebody ends what is due."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from lambdas.ports import Jobs, JobsPulse, Workflow

SWEPT_WITHIN: Final = timedelta(minutes=3)
"""The sweep runs every minute: what is due for longer tells that it does not."""


class JobsHealth(NamedTuple):
    """Whether the service is alive, and how the last jobs ended."""

    alive: bool
    pulse: JobsPulse


def check_jobs(jobs: Jobs, workflow: Workflow, *, now: datetime) -> JobsHealth:
    """Two reads of the table, one call to the workflow."""
    pulse = jobs.pulse()
    is_swept = pulse.due_since is None or now - pulse.due_since <= SWEPT_WITHIN
    return JobsHealth(alive=workflow.is_there() and is_swept, pulse=pulse)
