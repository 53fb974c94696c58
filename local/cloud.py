"""The local cloud (MiniStack): how it is started, when it is ready, and clients that speak to it as
operator.
"""

import os
import shutil
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

from local.cloud_state import claim_port, forget_stream_positions
from local.options import HOST, REGION, Options
from local.processes import Program
from local.tools import CLOUD_PYTHON, OPERATOR_KEY, environment
from local.web import answers_well

NAME: Final = "local cloud"
_CALLS: Final = Config(
    connect_timeout=2,
    read_timeout=20,
    retries={"max_attempts": 3, "mode": "standard"},
    proxies={},  # never through a proxy that the machine may have
)


def program(options: Options) -> Program:
    """MiniStack on loopback, with IAM enforced and everything kept over restarts.

    Its Lambdas inherit this environment, so nothing stands in it that a function on AWS would not
    see.
    """
    scratch = options.state / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)  # unpacked functions, which it leaves behind
    for folder in (scratch, options.state / "cloud", options.state / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    claim_port(options.state / "cloud", options.cloud_port)
    forget_stream_positions(options.state / "cloud")
    return Program(
        name=NAME,
        argv=(str(CLOUD_PYTHON), "-m", "ministack"),
        env=environment(
            AUTH="true",
            BIND_HOST=HOST,
            GATEWAY_PORT=str(options.cloud_port),
            PERSIST_STATE="1",
            STATE_DIR=str(options.state / "cloud"),
            S3_PERSIST="1",
            S3_DATA_DIR=str(options.state / "s3"),
            TMPDIR=str(scratch),
            # Listeners that we do not need and that BIND_HOST would not bind.
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            # Never touch a Docker daemon that the machine may have.
            DOCKER_HOST=f"unix://{os.devnull}/none",
        ),
        grace_s=30,  # it writes its whole state when asked to end
    )


def is_ready(options: Options) -> bool:
    """Whether it accepts requests and has loaded its state."""
    return answers_well(f"{options.cloud_url}/_ministack/ready")


@cache
def client(service: str, cloud_url: str) -> Any:
    """A client with the operator's rights. Any, because boto3 makes its clients from data at run
    time.
    """
    return boto3.client(
        service,
        endpoint_url=cloud_url,
        region_name=REGION,
        aws_access_key_id=OPERATOR_KEY,
        aws_secret_access_key=OPERATOR_KEY,
        config=_CALLS,
    )
