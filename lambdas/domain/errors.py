"""The family of expected errors, branched by who is wrong. Any other exception is a bug.

`code` is for programs (clients switch on it), `message` for people; neither repeats the input.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One invalid field of the input."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """Base class: a use case could not be carried out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class InvalidInput(DomainError):
    """The input is invalid whatever the state of the system; names every invalid field."""

    def __init__(self, *faults: Fault) -> None:
        first = faults[0]
        super().__init__(first.code if len(faults) == 1 else "invalid_input", first.message)
        self.faults = faults


class NotFound(DomainError):
    """The object does not exist, or belongs to another account."""

    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"There is no such {what}.")


class Refused(DomainError):
    """The input is valid, but the current state does not allow it."""


class KeyReused(DomainError):
    """An idempotency key was used before with other content."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused", "This Idempotency-Key was used before with other content."
        )


class StaleDecision(DomainError):
    """An item changed between load and commit: load, decide and commit again."""

    def __init__(self) -> None:
        super().__init__("conflict", "Something changed at the same moment. Please try again.")


class Transient(DomainError):
    """A dependency is unavailable or throttled: the same call may succeed later."""

    def __init__(self) -> None:
        super().__init__("unavailable", "The service is busy. Please try again in a moment.")


class Malformed(Exception):
    """A message that violates its protocol. It goes to the dead-letter queue with the reason.

    `reason` is for an operator and never repeats the message.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
