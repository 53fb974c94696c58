"""The site's files into the site's bucket. On AWS the backend stack does it; the local cloud cannot
run that (BucketDeployment needs a layer that it does not mount), so the same files go there from
here.
"""

import json
import mimetypes
from typing import Any, Final

from local.cloud import client
from local.deploy import required
from local.errors import CannotRun
from local.options import ROOT, Options
from local.outputs import Outputs

BUILT: Final = ROOT / "frontend" / "dist"
_FOREVER: Final = (
    "public, max-age=31536000, immutable"  # names under assets/ hold their content's hash
)
_ASK_AGAIN: Final = "no-cache"


def upload(options: Options, stacks: dict[str, str], outputs: Outputs) -> None:
    """Put every built file and config.json; take away what the build no longer has."""
    files = {
        path.relative_to(BUILT).as_posix(): path for path in BUILT.rglob("*") if path.is_file()
    }
    if "index.html" not in files:
        raise CannotRun(f"The site is not built ({BUILT} has no index.html). Run: make up")
    s3, bucket = client("s3", options.cloud_url), required(stacks, "SiteBucket")
    for key, path in files.items():
        _put(s3, bucket, key, path.read_bytes())
    _put(s3, bucket, "config.json", json.dumps(config(outputs)).encode())
    _remove_others(s3, bucket, {*files, "config.json"})


def config(outputs: Outputs) -> dict[str, str]:
    """What the site must know of its stage: the same keys as on AWS, and where the local Cognito
    answers.
    """
    return {
        "api_url": outputs.api_url,
        "region": outputs.region,
        "user_pool_id": outputs.user_pool_id,
        "user_pool_client_id": outputs.user_pool_client_id,
        "cognito_endpoint": outputs.aws_endpoint_url,
        "stage": "local",
    }


def _put(s3: Any, bucket: str, key: str, body: bytes) -> None:
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=body,
        ContentType=mimetypes.guess_type(key)[0] or "application/octet-stream",
        CacheControl=_FOREVER if key.startswith("assets/") else _ASK_AGAIN,
    )


def _remove_others(s3: Any, bucket: str, keys: set[str]) -> None:
    there = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    for page in there:
        for item in page.get("Contents", ()):
            if item["Key"] not in keys:
                s3.delete_object(Bucket=bucket, Key=item["Key"])
