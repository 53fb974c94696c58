"""Fault injection (functions that die at random) belongs to the local cloud only: no stage and no
asset contains it, whatever the command line or the environment say.
"""

import json
from pathlib import Path

import pytest

from cdk.build import Assets, build_for
from local import crashing_handler as dying
from local import fault_injection as switch
from tests.infra.conftest import synthesize
from tests.infra.templates import Synthesized

NAMES = (dying.REAL, dying.RATE, switch.MODULE, switch.LAYER)
TEMPTATIONS = dict.fromkeys((*NAMES, "faults", "LOCAL_FAULT_RATE", "chaos"), "1")


@pytest.fixture(scope="module")
def tempted(
    assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Synthesized]:
    """Every stage, synthesized with context and environment that ask for faults."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        for name, value in TEMPTATIONS.items():
            patch.setenv(name, value)
        return {
            stage: synthesize(
                stage, assets, site, tmp_path_factory.mktemp(f"tempted-{stage}"), **TEMPTATIONS
            )
            for stage in ("local", "dev", "prod")
        }


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_no_context_and_no_environment_puts_fault_injection_into_a_stack(
    stage: str, tempted: dict[str, Synthesized], request: pytest.FixtureRequest
) -> None:
    usual: Synthesized = request.getfixturevalue(stage)
    assert tempted[stage].stacks == usual.stacks
    text = json.dumps(tempted[stage].stacks)
    assert not [name for name in NAMES if name in text]


@pytest.mark.timeout(300)  # the first build downloads wheels
@pytest.mark.parametrize("stage", ["local", "dev"])
def test_fault_injection_is_in_no_asset(stage: str) -> None:
    built = build_for(stage)
    told = Path(dying.__file__).read_bytes()
    sources = [path for folder in (built.code, built.layer) for path in folder.rglob("*.py")]
    assert sources
    assert not [path for path in sources if path.stem == switch.MODULE]
    assert not [path for path in sources if dying.RATE.encode() in path.read_bytes()]
    assert dying.RATE.encode() in told  # the search would find it
