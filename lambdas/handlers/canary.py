"""Every five minutes, where the stage wants it: the smoke test. A failure fires its alarm."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.config import Config
from lambdas.messaging.public_api import HttpPublicApi
from lambdas.names import Canary
from lambdas.observability import logger
from lambdas.services.smoke import walk


class SmokeTestFailed(Exception):
    """A step did not go as it should; the text is the step's name."""


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point."""
    steps = list(walk(_public_api(), key=context.aws_request_id))
    for step in steps:
        log = logger.info if step.passed else logger.error
        log("canary step", step=step.name, passed=step.passed, detail=step.detail)
    if failed := [step.name for step in steps if not step.passed]:
        raise SmokeTestFailed(", ".join(failed))


def _public_api() -> HttpPublicApi:
    config = Config.from_environment()
    return HttpPublicApi(
        api_url=config.text(Canary.API_URL),
        user_pool_id=config.text(Canary.USER_POOL_ID),
        client_id=config.text(Canary.CLIENT_ID),
        secret_id=config.text(Canary.SECRET_ID),
        region=config.region,
    )
