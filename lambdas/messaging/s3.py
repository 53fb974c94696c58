"""The bucket of documents in S3."""

from datetime import timedelta
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.messaging.sqs import translated_errors

# Signature and host of the bucket's region: links to the global host are redirected, which breaks
# their signature.
_CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    signature_version="s3v4",
    s3={"addressing_style": "virtual"},
)
_EXISTS: Final = ("PreconditionFailed", "ConditionalRequestConflict")


@cache
def s3_client(region: str) -> Any:
    """The S3 client of this process."""
    return boto3.client("s3", region_name=region, config=_CONFIG)


class S3Documents:
    """The port `Documents` over a private bucket."""

    def __init__(self, region: str, bucket: str) -> None:
        self._region = region
        self._bucket = bucket

    def put(self, key: str, content: bytes) -> None:
        """One conditional PutObject."""
        with translated_errors():
            try:
                s3_client(self._region).put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ContentType="application/pdf",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in _EXISTS:
                    raise

    def link(self, key: str, file_name: str, valid_for: timedelta) -> str:
        """No call: the link is signed here, with this function's own right to read."""
        url: str = s3_client(self._region).generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            },
            ExpiresIn=int(valid_for.total_seconds()),
        )
        return url
