"""One family of errors, branched by who is wrong. Whatever is not of this family is a bug.

`code` is for programs (clients switch on it), `message` for a person; neither carries what came in.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One field of the input that is not as it should be."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """A use case could not be carried out, and says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class InvalidInput(DomainError):
    """The caller's input can never be right; every field at fault is named."""

    def __init__(self, *faults: Fault) -> None:
        first = faults[0]
        super().__init__(first.code if len(faults) == 1 else "invalid_input", first.message)
        self.faults = faults


class NotFound(DomainError):
    """There is no such thing, or not for this account."""

    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"There is no such {what}.")


class Refused(DomainError):
    """The input is well formed, but the state of things does not allow it."""


class KeyReused(DomainError):
    """An idempotency key was used before, for something else."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused", "This Idempotency-Key was used before with other content."
        )


class StaleDecision(DomainError):
    """The world changed between load and commit; load again and decide again."""

    def __init__(self) -> None:
        super().__init__("conflict", "Something changed at the same moment. Please try again.")


class Transient(DomainError):
    """A service that we need did not answer now; the same call may succeed later."""

    def __init__(self) -> None:
        super().__init__("unavailable", "The service is busy. Please try again in a moment.")
