"""Files in the web app's bucket."""

from typing import Any, Final

import boto3
from botocore.config import Config

from lambdas.messaging.sqs import translated_errors
from lambdas.names import BOARD_KEY

BOARD_CACHE: Final = "public, max-age=5, stale-while-revalidate=30"
"""Prices change every few minutes. The distribution asks the bucket every five seconds at most."""

_CONFIG: Final = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)


class S3BoardFile:
    """The port `BoardFile` over the site's bucket."""

    def __init__(self, region: str, bucket: str) -> None:
        self._client: Any = boto3.client("s3", region_name=region, config=_CONFIG)
        self._bucket = bucket

    def write(self, content: bytes) -> None:
        """One PutObject: readers see the file before or after it, never a part."""
        with translated_errors():
            self._client.put_object(
                Bucket=self._bucket,
                Key=BOARD_KEY,
                Body=content,
                ContentType="application/json",
                CacheControl=BOARD_CACHE,
            )
