"""What holds for all tests."""

import os

import pytest
from hypothesis import settings

# Powertools reads these when the handlers' logger and metrics are made, at import.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "test")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "FintechAsync/test")

# How long one example takes says more about who else uses the machine than about our code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Ignores, as lambdas.observability does, that most invocations count nothing."""
    config.addinivalue_line("filterwarnings", "ignore:No application metrics to publish")
