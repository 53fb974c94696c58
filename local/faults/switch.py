"""Puts dying on the functions of a running local cloud, and takes it off: an operator's calls on
what is deployed, as anybody could make them there, and nothing that a stack knows of.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.cloud import client
from local.faults import dying

MODULE: Final = "local_faults"
LAYER: Final = "local-faults"
_OURS: Final = "lambdas.handlers."


class Switch:
    """The functions of one local cloud. `settings` replace their own, whether they die or not."""

    def __init__(self, cloud_url: str, settings: Mapping[str, str]) -> None:
        self._lambda = client("lambda", cloud_url)
        self._settings = settings
        self._layer = ""
        self._before = [
            function
            for page in self._lambda.get_paginator("list_functions").paginate()
            for function in page["Functions"]
            if function["Handler"].startswith(_OURS)
        ]

    def name_of(self, function: str) -> str:
        """What the function `lambdas.handlers.<function>` is called in the cloud."""
        handler = f"{_OURS}{function}.handler"
        (name,) = (it["FunctionName"] for it in self._before if it["Handler"] == handler)
        return str(name)

    def on(self, rate: float) -> None:
        """From now on that share of all calls dies."""
        self._layer = self._layer or self._publish_layer()
        for it in self._before:
            told = {dying.REAL: it["Handler"], dying.RATE: str(rate)}
            layers = [layer["Arn"] for layer in it.get("Layers", [])]
            self._configure(it, f"{MODULE}.handler", [*layers, self._layer], told)

    def off(self) -> None:
        """None dies any more; the settings stay."""
        for it in self._before:
            layers = [layer["Arn"] for layer in it.get("Layers", [])]
            self._configure(it, it["Handler"], layers, {})

    def _configure(
        self, it: Mapping[str, Any], handler: str, layers: list[str], told: Mapping[str, str]
    ) -> None:
        own = it["Environment"]["Variables"]
        changed = {name: value for name, value in self._settings.items() if name in own}
        self._lambda.update_function_configuration(
            FunctionName=it["FunctionName"],
            Handler=handler,
            Layers=layers,
            Environment={"Variables": {**own, **changed, **told}},
        )

    def _publish_layer(self) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(Path(dying.__file__), f"python/{MODULE}.py")
        published = self._lambda.publish_layer_version(
            LayerName=LAYER, Content={"ZipFile": packed.getvalue()}
        )
        return str(published["LayerVersionArn"])
