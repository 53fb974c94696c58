"""`cdk deploy` of the very stacks that go to AWS, against the local cloud."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from botocore.exceptions import ClientError

from local.cloud import client
from local.errors import CannotRun
from local.options import ACCOUNT, REGION, Options
from local.processes import Program
from local.tools import CDK, operator_environment

SYNTH_TIMEOUT_S: Final = 180
DEPLOY_TIMEOUT_S: Final = 240
_COMPLAINT: Final = re.compile(
    r"❌|\berror\b|\w+(Error|Exception)\b|\bfailed\b|_FAILED", re.IGNORECASE
)
_MOST_COMPLAINTS: Final = 12


def synth(options: Options) -> Program:
    """Writes the cloud assembly of the local stage."""
    return _cdk(
        options,
        "synth",
        ("synth", "--quiet", "--output", str(assembly(options)), "--context", "stage=local"),
    )


def bootstrap(options: Options) -> Program:
    """Makes what every CDK deployment needs first: the bucket for assets."""
    arguments = ("bootstrap", f"aws://{ACCOUNT}/{REGION}")
    # From a folder without cdk.json: it needs no stacks, and would otherwise synthesize them.
    return replace(_cdk(options, "bootstrap", arguments), folder=options.state)


def is_bootstrapped(options: Options) -> bool:
    """Whether an earlier run has done it."""
    try:
        client("cloudformation", options.cloud_url).describe_stacks(StackName="CDKToolkit")
    except ClientError:
        return False
    return True


def deploy(options: Options) -> Program:
    """Deploys every stack of the assembly; quick when nothing changed."""
    # Direct, because a change set that nobody reads costs a round trip for each stack.
    return _cdk(
        options,
        "deploy",
        (
            *("deploy", "--all", "--app", str(assembly(options)), "--require-approval", "never"),
            *("--method", "direct", "--concurrency", "4", "--progress", "events"),
            *("--outputs-file", str(_outputs_file(options))),
        ),
    )


def was_deployed(options: Options) -> bool:
    """Whether an earlier run of this state has come so far: there may be orders in it."""
    return _outputs_file(options).exists()


def outputs(options: Options) -> dict[str, str]:
    """What the stacks say of themselves: every CfnOutput by its name."""
    by_stack: dict[str, dict[str, str]] = json.loads(_outputs_file(options).read_text())
    return {name: value for stack in by_stack.values() for name, value in stack.items()}


def required(stack_outputs: dict[str, str], name: str) -> str:
    """One output, or a clear word about the stack that lacks it."""
    if name not in stack_outputs:
        raise CannotRun(f"The deployed stacks have no output {name}: cdk/ and local/ disagree.")
    return stack_outputs[name]


def complaints(log: str) -> str:
    """The lines of a CDK log that say what went wrong, each once."""
    lines = dict.fromkeys(line.strip() for line in log.splitlines() if _COMPLAINT.search(line))
    return "\n".join(f"    {line[:300]}" for line in list(lines)[-_MOST_COMPLAINTS:])


def assembly(options: Options) -> Path:
    """Folder of the synthesized stacks; one per run, so that runs can overlap."""
    return options.state / "cdk.out"


def _outputs_file(options: Options) -> Path:
    return options.state / "cdk-outputs.json"


def _cdk(options: Options, name: str, arguments: tuple[str, ...]) -> Program:
    env = operator_environment(options) | {
        # The CLI caches account ids in its home: one home per local cloud.
        "CDK_HOME": str(options.state / "cdk-home"),
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NO_COLOR": "1",
    }
    return Program(name=f"cdk {name}", argv=(str(CDK), *arguments, "--ci", "--no-notices"), env=env)
