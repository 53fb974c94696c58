"""`outputs.json`: where everything of a ready run is. It is there while the run is ready, and only
then, so tests and tools can wait for the file and trust it.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

from lambdas.names import Queue, Table
from local.broker import Credentials
from local.deploy import required
from local.errors import CannotRun
from local.files import write_private
from local.lock import is_held
from local.options import REGION, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The file's content. `mqtt_url` holds the broker's credentials; `api_url` has no slash at its
    end.
    """

    site_url: str
    api_url: str
    aws_endpoint_url: str
    region: str
    user_pool_id: str
    user_pool_client_id: str
    mqtt_url: str
    topics: dict[str, str]
    tables: dict[str, str]
    queues: dict[str, str]

    @classmethod
    def of(
        cls, options: Options, stacks: dict[str, str], topics: dict[str, str], account: Credentials
    ) -> Self:
        """Gather it from what the stacks put out."""
        return cls(
            site_url=required(stacks, "SiteUrl"),
            api_url=required(stacks, "ApiUrl").rstrip("/"),
            aws_endpoint_url=options.cloud_url,
            region=REGION,
            user_pool_id=required(stacks, "UserPoolId"),
            user_pool_client_id=required(stacks, "UserPoolClientId"),
            mqtt_url=account.url(options),
            topics=topics,
            tables={table.value: required(stacks, f"{table.capitalize()}Table") for table in Table},
            queues=_queue_urls(stacks),
        )

    @classmethod
    def read(cls, options: Options) -> Self:
        """Of the run that is ready now; CannotRun when there is none."""
        if not options.outputs.exists() or not is_held(options.lock):
            raise CannotRun("Nothing is running. Start it in another terminal with: make up")
        return cls(**json.loads(options.outputs.read_text()))

    def write(self, options: Options) -> None:
        """Tell the world that the run is ready."""
        write_private(options.outputs, json.dumps(asdict(self), indent=2) + "\n")


def _queue_urls(stacks: dict[str, str]) -> dict[str, str]:
    """Every queue by its name, and the dead-letter queues; the relay has one without a queue before
    it.
    """
    queues = {queue.value: required(stacks, f"{queue.capitalize()}QueueUrl") for queue in Queue}
    dead_letters = {
        f"{name}_dead_letters": required(stacks, f"{name.capitalize()}DeadLetterQueueUrl")
        for name in (*queues, "relay")
    }
    return queues | dead_letters
