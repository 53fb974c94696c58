"""The contract of accounts, over the simulated tables."""

import pytest

from tests.contract.test_accounts import *  # noqa: F403 - the tests are what is imported

pytestmark = pytest.mark.parametrize("ports", ["dynamodb"], indirect=True)
