"""The bridge's image and the pipeline's files, read and linted; what must not be there is found."""

from pathlib import Path

import pytest

from cdk.verify.dockerfile import parse
from cdk.verify.image import DOCKERFILE, arm_packages, check_image
from cdk.verify.pipeline import WORKFLOWS, check_pipeline
from cdk.verify.subject import Json
from tests.infra.templates import Synthesized
from tests.infra.verify.plant import plant

pytestmark = pytest.mark.timeout(300)  # the first build downloads wheels

TASK = "AWS::ECS::TaskDefinition"


def test_the_image_and_its_task_are_as_they_must_be(dev: Synthesized) -> None:
    checked = check_image(dev.subject)
    assert checked.findings == ()
    assert "11 packages" in checked.looked_at
    assert "0 compiled" not in checked.looked_at


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("USER 10001:10001\n", "", "runs as 0"),
        ("USER 10001:10001", "USER nobody", "runs as nobody"),
        ("FROM python:3.13.15-slim-trixie\n", "FROM python:3.13-slim\n", "is not pinned"),
        ("FROM python:3.13.15-slim-trixie\n", "FROM python:latest\n", "DL3007"),
        ('["python", "-m", "mqtt_bridge.health"]', '["true"]', "the image's health check is"),
        ("WORKDIR /app", "RUN cd /app && sudo true", "DL3004"),
    ],
)
def test_a_fault_in_the_dockerfile_is_found(
    dev: Synthesized, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    text = DOCKERFILE.read_text()
    assert text.count(old) == 1
    planted = tmp_path / "Dockerfile"
    planted.write_text(text.replace(old, new))
    found = check_image(dev.subject, planted).findings
    assert any(fault in finding.what for finding in found), found


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"ReadonlyRootFilesystem": False}, "may write to its image"),
        ({"Privileged": True}, "is privileged"),
        ({"LinuxParameters": {}}, "keeps Linux capabilities"),
        ({"HealthCheck": {"Command": ["CMD", "true"]}}, "health check"),
    ],
)
def test_a_fault_in_the_task_is_found(dev: Synthesized, changed: Json, fault: str) -> None:
    def change(resource: Json) -> None:
        resource["Properties"]["ContainerDefinitions"][0].update(changed)

    (finding,) = check_image(plant(dev.subject, TASK, change)).findings
    assert fault in finding.what


def test_a_package_that_is_not_pinned_is_missed(
    dev: Synthesized, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (DOCKERFILE.parent / "requirements.txt").read_text().splitlines()
    fewer = tmp_path / "requirements.txt"
    fewer.write_text("\n".join(line for line in lines if not line.startswith("urllib3")))
    monkeypatch.setattr("cdk.verify.image.REQUIREMENTS", fewer)
    monkeypatch.setattr(
        "cdk.verify.image.arm_packages", lambda file: arm_packages(file, tmp_path / "packages")
    )
    (finding,) = check_image(dev.subject).findings
    assert finding.what == "botocore needs urllib3, which is not there"


def test_a_dockerfile_is_read_with_its_comments_and_continued_lines(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(
        'FROM a AS b\n# no\nRUN one \\\n    # nor this\n    && two\n\nfrom b\nCMD ["x", "y"]\n'
    )
    (first, second) = parse(file)
    assert [(i.word, i.text) for i in first] == [("FROM", "a AS b"), ("RUN", "one && two")]
    assert second[1].command == ["x", "y"]


def test_the_pipeline_is_sound(dev: Synthesized) -> None:
    checked = check_pipeline(dev.subject)
    assert checked.findings == ()
    assert checked.looked_at == "2 workflows"


PIPELINE = """
on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: echo ${{ github.event.head_commit.message }}
      - run: echo ${{ nonsense.y }}
"""


def test_a_dangerous_or_ungrammatical_pipeline_is_found(dev: Synthesized, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(PIPELINE)
    found = check_pipeline(dev.subject, tmp_path).findings
    told = " ".join(finding.what for finding in found)
    for fault in ("unpinned-uses", "template-injection", "artipacked", 'variable "nonsense"'):
        assert fault in told
    assert {finding.where.partition(":")[0] for finding in found} == {"bad.yml"}


def test_the_pipeline_deploys_what_was_checked_and_verified() -> None:
    text = (WORKFLOWS / "deploy.yml").read_text()
    assert "- run: .ci/run" in text
    steps = (WORKFLOWS / "stage.yml").read_text()
    verified, signed_in, deployed = (
        steps.index(step)
        for step in ("make verify-aws", "configure-aws-credentials", "make deploy")
    )
    assert verified < signed_in < deployed
    assert "aws-access-key-id" not in steps
