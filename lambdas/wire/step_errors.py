"""What the workflow says when a step could not be done, in words for a person."""

from typing import Final

from lambdas.domain.jobs import TIMED_OUT, Reason

_TIMEOUTS: Final = frozenset({"States.Timeout", "Sandbox.Timedout"})
_BUSY: Final = frozenset(
    {
        "Transient",
        "StaleDecision",
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    }
)


def reason_of(error: str) -> Reason:
    """Why the job failed, by the error's name. Its text is not for strangers."""
    if error in _TIMEOUTS:
        return TIMED_OUT
    if error in _BUSY:
        return Reason(
            code="unavailable", message="The service was busy. Please try again in a moment."
        )
    return Reason(code="internal_error", message="Something went wrong on our side.")
