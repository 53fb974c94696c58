"""The contract of jobs, over the simulated tables."""

import pytest

from tests.contract.test_jobs import *  # noqa: F403 - the tests are what is imported

pytestmark = pytest.mark.parametrize("ports", ["dynamodb"], indirect=True)
