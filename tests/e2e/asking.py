"""Creates jobs through the API and waits until they have ended."""

from typing import Any
from uuid import uuid4

from tests.e2e.system import Answer, Person, eventually

FINISHES_WITHIN_S = 60
"""Generous, because the first job starts three functions on a machine that is shared."""


def ask(person: Person, body: Any, key: object = None) -> Answer:
    """POST /jobs."""
    return person.call("POST", "/jobs", body, key=key or uuid4())


def a_projection(days: int = 1, symbol: str = "AAPL", quantity: str = "2.5") -> dict[str, Any]:
    return {"kind": "projection", "symbol": symbol, "days": days, "quantity": quantity}


def ended(person: Person, job_id: str, within_s: float = FINISHES_WITHIN_S) -> Any:
    """Waits until the job has finished or failed; returns it."""

    def end() -> Any:
        job = person.get(f"/jobs/{job_id}")
        return job if job["state"] in ("finished", "failed") else None

    return eventually(end, what=f"an end of job {job_id}", within_s=within_s)


def finished(person: Person, body: Any) -> Any:
    """Creates a job with this body and returns it once it has finished."""
    answer = ask(person, body)
    assert answer.status == 202, answer.text
    assert answer.body["state"] == "queued"
    job = ended(person, answer.body["job_id"])
    assert job["state"] == "finished", job
    return job
