"""Command line: runs every check on a stage and prints the report; exits with 1 for any finding.

`--write-release` records what was just released instead, for the next run to compare with.
"""

import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from cdk.build import build_for
from cdk.stage import Stage
from cdk.system import SITE, built_site
from cdk.verify.idle_cost import check_idle_cost
from cdk.verify.image import check_image
from cdk.verify.invariants import (
    check_alarms,
    check_handlers,
    check_public,
    check_queues,
    check_rights,
)
from cdk.verify.limits import check_limits, check_quotas
from cdk.verify.packages import check_packages
from cdk.verify.pipeline import check_pipeline
from cdk.verify.replacement import (
    check_leftovers,
    check_replacement,
    release_of,
    release_path,
    write_release,
)
from cdk.verify.report import CheckResult, print_report
from cdk.verify.rules import check_lint, check_nag, check_policies
from cdk.verify.subject import ACCOUNT, REGION, Subject, synthesize

CHECKS: Final[tuple[Callable[[Subject], CheckResult], ...]] = (
    check_lint,
    check_nag,
    check_policies,
    check_handlers,
    check_rights,
    check_alarms,
    check_public,
    check_queues,
    check_packages,
    check_image,
    check_limits,
    check_quotas,
    check_idle_cost,
    check_replacement,
    check_leftovers,
    check_pipeline,
)


class StageOnAws(StrEnum):
    """Stages that can be verified; the local one is never deployed to AWS."""

    DEV = "dev"
    PROD = "prod"


def verify(
    stage: Annotated[StageOnAws, typer.Option(help="Stage to synthesize and check.")],
    account: Annotated[str, typer.Option(help="AWS account; any number will do.")] = ACCOUNT,
    region: Annotated[
        str, typer.Option(help="AWS region.", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"])
    ] = REGION,
    record: Annotated[
        bool, typer.Option("--write-release", help="Record what was just released instead.")
    ] = False,
) -> None:
    """Checks what would be deployed to AWS, without AWS."""
    console = Console()
    try:
        settings = Stage.named(stage)
        site = built_site(settings, SITE)
    except (ValueError, FileNotFoundError) as missing:
        console.print(f"✗ {missing}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    assert site is not None
    with tempfile.TemporaryDirectory() as folder:
        assets = build_for(stage)
        subject = synthesize(settings, assets, site, Path(folder), account=account, region=region)
        if record:
            path = release_path(stage)
            write_release(release_of(subject), path)
            console.print(f"Wrote {path.relative_to(Path.cwd())}.", markup=False, soft_wrap=True)
            return
        raise typer.Exit(print_report([check(subject) for check in CHECKS], console))


if __name__ == "__main__":
    typer.run(verify)
