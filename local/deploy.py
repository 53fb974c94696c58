"""`cdk deploy` of the same stacks as on AWS against the local cloud, the upload of the site, and
`outputs.json`, which tells other programs where everything is.
"""

import json
import mimetypes
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from cdk.content_policy import hosts_of, with_policy
from lambdas.names import Queue, Table
from local.broker import Credentials
from local.cloud import client
from local.options import ACCOUNT, REGION, ROOT, CannotRun, Options
from local.processes import Program
from local.resources import is_held, write_private
from local.tools import CDK, operator_environment

SYNTH_TIMEOUT_S: Final = 180
DEPLOY_TIMEOUT_S: Final = 240
SITE_FOLDER: Final = ROOT / "frontend" / "dist"
_ERROR_LINE: Final = re.compile(
    r"❌|\berror\b|\w+(Error|Exception)\b|\bfailed\b|_FAILED", re.IGNORECASE
)
_MAX_ERROR_LINES: Final = 12
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_DATA_FILES: Final = "data/"
"""Written by functions: no upload deletes them."""
_NO_CACHE: Final = "no-cache"


def synth(options: Options) -> Program:
    """Writes the cloud assembly of the local stage."""
    arguments = ("synth", "--quiet", "--output", _assembly(options), "--context", "stage=local")
    return _cdk(options, "synth", arguments)


def bootstrap(options: Options) -> Program:
    """Creates what every CDK deployment needs first: the bucket for assets."""
    arguments = ("bootstrap", f"aws://{ACCOUNT}/{REGION}")
    # From a folder without cdk.json, because it would otherwise synthesize the stacks.
    return replace(_cdk(options, "bootstrap", arguments), folder=options.state)


def is_bootstrapped(options: Options) -> bool:
    """Whether an earlier run has bootstrapped this local cloud."""
    try:
        client("cloudformation", options.cloud_url).describe_stacks(StackName="CDKToolkit")
    except ClientError:
        return False
    return True


def deploy(options: Options) -> Program:
    """Deploys every stack of the assembly; quick when nothing changed."""
    arguments = (
        *("deploy", "--all", "--app", _assembly(options), "--require-approval", "never"),
        # Nobody reviews a change set here, and it costs a round trip for each stack.
        *("--method", "direct", "--concurrency", "4", "--progress", "events"),
        *("--outputs-file", str(_outputs_file(options))),
    )
    return _cdk(options, "deploy", arguments)


def stack_outputs(options: Options) -> dict[str, str]:
    """Every CfnOutput of the deployed stacks by its name."""
    by_stack: dict[str, dict[str, str]] = json.loads(_outputs_file(options).read_text())
    return {name: value for stack in by_stack.values() for name, value in stack.items()}


def required(stacks: dict[str, str], name: str) -> str:
    """One output of the stacks; raises CannotRun if there is none of that name."""
    if name not in stacks:
        raise CannotRun(
            f"The deployed stacks have no output {name}, which local/ reads: "
            "add it to the stack in cdk/ or change local/."
        )
    return stacks[name]


def errors_in(log: str) -> str:
    """The distinct error lines of a CDK log."""
    lines = dict.fromkeys(line.strip() for line in log.splitlines() if _ERROR_LINE.search(line))
    return "\n".join(f"    {line[:300]}" for line in list(lines)[-_MAX_ERROR_LINES:])


def _assembly(options: Options) -> str:
    # One folder per run, so that runs can overlap.
    return str(options.state / "cdk.out")


def _outputs_file(options: Options) -> Path:
    return options.state / "cdk-outputs.json"


def _cdk(options: Options, name: str, arguments: tuple[str, ...]) -> Program:
    env = operator_environment(options) | {
        # The CLI caches account ids in this folder: one folder per local cloud.
        "CDK_HOME": str(options.state / "cdk-home"),
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NO_COLOR": "1",
    }
    return Program(name=f"cdk {name}", argv=(str(CDK), *arguments, "--ci", "--no-notices"), env=env)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Content of `outputs.json`, which exists exactly while a run is ready.

    Tests and tools can therefore wait for the file and trust it. `mqtt_url` contains the broker's
    credentials; `api_url` does not end with a slash.
    """

    site_url: str
    api_url: str
    live_url: str
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
        """Gathered from the outputs of the deployed stacks."""
        return cls(
            site_url=required(stacks, "SiteUrl"),
            api_url=required(stacks, "ApiUrl").rstrip("/"),
            live_url=required(stacks, "LiveUrl"),
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
        """Outputs of the run that is ready now; raises CannotRun when there is none."""
        if not options.outputs.exists() or not is_held(options.lock):
            raise CannotRun("Nothing is running. Start it in another terminal with: make up")
        return cls(**json.loads(options.outputs.read_text()))

    def write(self, options: Options) -> None:
        """Announce that the run is ready."""
        write_private(options.outputs, json.dumps(asdict(self), indent=2) + "\n")


def _queue_urls(stacks: dict[str, str]) -> dict[str, str]:
    """URL of every queue and dead-letter queue; the relay has only a dead-letter queue."""
    queues = {queue.value: required(stacks, f"{queue.capitalize()}QueueUrl") for queue in Queue}
    dead_letters = {
        f"{name}_dead_letters": required(stacks, f"{name.capitalize()}DeadLetterQueueUrl")
        for name in (*queues, "relay")
    }
    return queues | dead_letters


def upload_site(options: Options, stacks: dict[str, str], outputs: Outputs) -> None:
    """Upload the built site and its config.json, and delete what the build no longer contains.

    On AWS the stacks do this by BucketDeployment, which the local cloud cannot run.
    """
    files = {
        path.relative_to(SITE_FOLDER).as_posix(): path.read_bytes()
        for path in SITE_FOLDER.rglob("*")
        if path.is_file()
    }
    if "index.html" not in files:
        raise CannotRun(f"The site is not built ({SITE_FOLDER} has no index.html). Run: make up")
    config = site_config(outputs)
    files["config.json"] = json.dumps(config).encode()
    # As on AWS: the page may reach exactly the hosts of its configuration.
    hosts = dict.fromkeys(_origin(url) for url in hosts_of(config))
    files["index.html"] = with_policy(files["index.html"].decode(), hosts).encode()
    s3, bucket = client("s3", options.cloud_url), required(stacks, "SiteBucket")
    for key, body in files.items():
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=body,
            ContentType=mimetypes.guess_type(key)[0] or "application/octet-stream",
            # File names under assets/ contain a hash of the content.
            CacheControl=_IMMUTABLE if key.startswith("assets/") else _NO_CACHE,
        )
    _delete_others(s3, bucket, set(files))


def site_config(outputs: Outputs) -> dict[str, str]:
    """The site's config.json: the same keys as on AWS, and the endpoint of the local Cognito."""
    return {
        "api_url": outputs.api_url,
        "live_url": outputs.live_url,
        "region": outputs.region,
        "user_pool_id": outputs.user_pool_id,
        "user_pool_client_id": outputs.user_pool_client_id,
        "cognito_endpoint": outputs.aws_endpoint_url,
        "stage": "local",
    }


def _origin(url: str) -> str:
    """Without the path: the local cloud has the API's id in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _delete_others(s3: Any, bucket: str, keys: set[str]) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", ()):
            if item["Key"] not in keys and not item["Key"].startswith(_DATA_FILES):
                s3.delete_object(Bucket=bucket, Key=item["Key"])
