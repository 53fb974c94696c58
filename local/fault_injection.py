"""Fault injection into the functions of a running local cloud: lets a share of their calls crash.

It uses only calls that any operator could make on deployed functions. No stack knows of it and
nothing of it is in a deployed asset.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local import crashing_handler
from local.cloud import client

MODULE: Final = "local_faults"
LAYER: Final = "local-faults"
_OUR_HANDLERS: Final = "lambdas.handlers."


class FaultInjector:
    """Configures the functions of one local cloud to crash. `settings` replace environment
    variables that a function has, whether faults are on or off.
    """

    def __init__(self, cloud_url: str, settings: Mapping[str, str]) -> None:
        self._lambda = client("lambda", cloud_url)
        self._settings = settings
        self._layer_arn = ""
        self._functions = [  # as they are deployed
            function
            for page in self._lambda.get_paginator("list_functions").paginate()
            for function in page["Functions"]
            if function["Handler"].startswith(_OUR_HANDLERS)
        ]

    def name_of(self, function: str) -> str:
        """Deployed name of the function `lambdas.handlers.<function>`."""
        handler = f"{_OUR_HANDLERS}{function}.handler"
        (name,) = (it["FunctionName"] for it in self._functions if it["Handler"] == handler)
        return str(name)

    def on(self, rate: float) -> None:
        """From now on that share of all calls crashes."""
        self._layer_arn = self._layer_arn or self._publish_layer()
        for function in self._functions:
            variables = {
                crashing_handler.REAL: function["Handler"],
                crashing_handler.RATE: str(rate),
            }
            layers = [*_layers(function), self._layer_arn]
            self._configure(function, f"{MODULE}.handler", layers, variables)

    def off(self) -> None:
        """No call crashes any more; the settings stay."""
        for function in self._functions:
            self._configure(function, function["Handler"], _layers(function), {})

    def _configure(
        self,
        function: Mapping[str, Any],
        handler: str,
        layers: list[str],
        variables: Mapping[str, str],
    ) -> None:
        deployed = function["Environment"]["Variables"]
        settings = {name: value for name, value in self._settings.items() if name in deployed}
        self._lambda.update_function_configuration(
            FunctionName=function["FunctionName"],
            Handler=handler,
            Layers=layers,
            Environment={"Variables": {**deployed, **settings, **variables}},
        )

    def _publish_layer(self) -> str:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.write(Path(crashing_handler.__file__), f"python/{MODULE}.py")
        published = self._lambda.publish_layer_version(
            LayerName=LAYER, Content={"ZipFile": package.getvalue()}
        )
        return str(published["LayerVersionArn"])


def _layers(function: Mapping[str, Any]) -> list[str]:
    return [layer["Arn"] for layer in function.get("Layers", [])]
