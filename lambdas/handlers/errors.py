"""What the functions without a client raise: expected errors as they are, bugs without their text.

Lambda's runtime logs the text of what a handler raises, and the text of a foreign exception may
quote a payload or a token.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.domain.errors import DomainError
from lambdas.observability import describe_error, logger


class UnexpectedError(Exception):
    """A bug, or a dependency's error that nobody expected; names its type only."""


Handler = Callable[[Any, LambdaContext], Any]


def hide_foreign_errors(handler: Handler) -> Handler:
    """Decorator of a handler: logs an unexpected exception's type and stack, and hides its text.

    The invocation still fails, so that the event source, the workflow and the alarms see it.
    """

    @wraps(handler)
    def guarded(event: Any, context: LambdaContext) -> Any:
        try:
            return handler(event, context)
        except DomainError:
            raise
        except Exception as error:  # noqa: BLE001 - raised again
            logger.error("failed", **describe_error(error))
            raise UnexpectedError(type(error).__qualname__) from None

    return guarded
