"""`python -m cdk.verify --stage NAME`: every check, as a report; leaves with 1 if there is anything
to mend. `--write-release` notes down what was just released instead.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cdk.build import build_for
from cdk.stage import Stage
from cdk.system import SITE, built_site
from cdk.verify import release
from cdk.verify.checked import Checked, report
from cdk.verify.idle_cost import check_idle_cost
from cdk.verify.image import check_image
from cdk.verify.leftovers import check_leftovers
from cdk.verify.limits import check_limits
from cdk.verify.lint import check_lint
from cdk.verify.nag import check_nag
from cdk.verify.packages import check_packages
from cdk.verify.pipeline import check_pipeline
from cdk.verify.policies import check_policies
from cdk.verify.quotas import check_quotas
from cdk.verify.replacement import check_replacement
from cdk.verify.subject import ACCOUNT, REGION, Subject, synthesize

CHECKS: Final[tuple[Callable[[Subject], Checked], ...]] = (
    check_lint,
    check_nag,
    check_policies,
    check_packages,
    check_image,
    check_limits,
    check_quotas,
    check_idle_cost,
    check_replacement,
    check_leftovers,
    check_pipeline,
)


def main() -> int:
    """The command line; returns the exit status."""
    options = _arguments()
    stage = Stage.named(options.stage)
    site = built_site(stage, SITE)
    if site is None:
        raise ValueError("The stage on a laptop never goes to AWS; verify dev or prod.")
    with tempfile.TemporaryDirectory() as folder:
        subject = synthesize(
            stage,
            build_for(stage.name),
            site,
            Path(folder),
            account=options.account,
            region=options.region,
        )
        if options.write_release:
            path = release.path_of(stage.name)
            release.write(release.compact(subject), path)
            print(f"Wrote {path.relative_to(Path.cwd())}.")  # noqa: T201 - its answer
            return 0
        return answer([check(subject) for check in CHECKS])


def answer(checks: list[Checked]) -> int:
    """Prints the report; returns the exit status."""
    print("\n".join(report(checks)))  # noqa: T201 - its answer
    return 0 if all(checked.passed for checked in checks) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m cdk.verify", description="Checks what would go to AWS, without AWS."
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument("--account", default=ACCOUNT, help="a placeholder will do")
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--write-release", action="store_true", help="note down what is released")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
