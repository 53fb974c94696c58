"""The tariff of what was last measured: counted units, warm CPU, the functions' memory."""

from collections.abc import Mapping
from typing import Any

from bench.cost import Tariff
from bench.log_lines import access_bytes, bridge_bytes, platform_bytes
from lambdas.names import Function


def tariff(found: Mapping[str, Any]) -> Tariff:
    """From the figures of `units` and `warm`. CPU is this machine's, not Graviton's."""
    from cdk.constructs.api import ACCESS_LOG  # the CDK takes seconds to load
    from cdk.constructs.function import SYSTEM_LOG
    from cdk.stacks.backend import SIZES

    warm = found["warm"]
    cpu_ms = {
        function.value: warm[function.value]["ours"]["cpu_ms"]["median"]
        for function in Function
        if function.value in warm
    }
    cpu_ms[Function.API] = warm["place order"]["ours"]["cpu_ms"]["median"]
    cpu_ms[Function.VALIDATIONS] = warm["settle order"]["ours"]["cpu_ms"]["median"]
    return Tariff(
        operations=found["units"],
        cpu_ms=cpu_ms,
        memory_mb={function.value: size.memory_mb for function, size in SIZES.items()},
        platform_log_bytes=platform_bytes(SYSTEM_LOG.value),
        access_log_bytes=access_bytes(ACCESS_LOG),
        bridge_log_bytes=bridge_bytes(),
    )
