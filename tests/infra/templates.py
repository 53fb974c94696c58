"""Helpers that read a synthesized stage: resources by type, rights as (action, name)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import App

from cdk.stage import Stage
from cdk.verify.subject import Subject

Json = dict[str, Any]

LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
"""What AWS documents for a workflow that logs; these actions have no resources."""

_TABLE = re.compile(r"FnGetAtt(\w+?)Table[0-9A-F]{8}(StreamArn|Arn)")
_QUEUE = re.compile(r"(\w+?)(Messages)?(DeadLetters)?Queue[0-9A-F]{8}")


_OTHERS = {
    r"Log[0-9A-F]{8}": "own log",
    "MqttLogin": "secret",
    "@connections": "live connections",
    r"SiteBucket.*/data/board\.json": "site/data/board.json",
    "WorkflowMachine": "workflow",
}
"""What other ARNs contain, and their name in words."""


@dataclass(frozen=True)
class Synthesized:
    """One stage: its settings, and the templates of its stacks."""

    stage: Stage
    app: App
    folder: Path
    stacks: Mapping[str, Json]

    @property
    def subject(self) -> Subject:
        """The same, as `cdk.verify` looks at it."""
        return Subject(stage=self.stage, app=self.app, folder=self.folder, templates=self.stacks)

    def template(self, stack: str) -> Json:
        """By its last word: data, web, backend, bridge."""
        return self.stacks[f"fintech-{self.stage.name}-{stack}"]

    def resources(self, stack: str, kind: str) -> dict[str, Json]:
        """Properties of the stack's resources of that type, by logical id."""
        if f"fintech-{self.stage.name}-{stack}" not in self.stacks:  # a stack of an option
            return {}
        return {
            name: resource.get("Properties", {})
            for name, resource in self.template(stack)["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, stack: str, kind: str) -> Json:
        """The one resource of that type."""
        (properties,) = self.resources(stack, kind).values()
        return properties

    def of_http_api(self, kind: str) -> list[Json]:
        """The HTTP API, or the resources that belong to it; not those of the WebSocket API."""
        resources = self.resources("backend", kind)
        return [made for name, made in resources.items() if name.startswith("Api")]

    def http_api(self, kind: str) -> Json:
        """The one of them."""
        (properties,) = self.of_http_api(kind)
        return properties

    def function(self, name: str) -> Json:
        """The function of `lambdas.handlers` of that name."""
        functions = self.resources("backend", "AWS::Lambda::Function").values()
        (found,) = (f for f in functions if f["Handler"] == f"lambdas.handlers.{name}.handler")
        return found

    @cached_property
    def manifest(self) -> Json:
        """The cloud assembly's manifest, which the CDK's command line reads."""
        content: Json = json.loads((self.folder / "manifest.json").read_text())
        return content

    def statements(self, stack: str, role: str) -> Iterator[Json]:
        """Every policy statement of the role with that logical id."""
        for policy in self.resources(stack, "AWS::IAM::Policy").values():
            if {"Ref": role} in policy["Roles"]:
                yield from policy["PolicyDocument"]["Statement"]
        for policy in self.resources(stack, "AWS::IAM::Role")[role].get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]

    def rights(self, stack: str, role: str) -> set[tuple[str, str]]:
        """What the role may do, each right as (action, resource in words)."""
        found = set()
        for statement in self.statements(stack, role):
            assert statement["Effect"] == "Allow"
            assert "Condition" not in statement
            for action in as_list(statement["Action"]):
                found |= {(action, in_words(arn)) for arn in as_list(statement["Resource"])}
        return found


def as_list(value: Any) -> list[Any]:
    """CloudFormation writes a single thing without a list around it."""
    return value if isinstance(value, list) else [value]


def role_of(function: Json) -> str:
    """Logical id of a function's role."""
    name: str = function["Role"]["Fn::GetAtt"][0]
    return name


def target_of(mapping: Json) -> str:
    """Logical id of the function, or of its alias, that an event source invokes."""
    found = re.search(r'"(\w+Function\w*)"', json.dumps(mapping["FunctionName"]))
    assert found, mapping
    return found[1]


def in_words(arn: Any) -> str:  # noqa: C901 - a list of cases
    """What an ARN in a template names: `orders`, `orders/index/open`, `orders stream`, …"""
    text = json.dumps(arn)
    for part, name in (("DocumentsBucket", "documents"), ("UserPool", "user pool")):
        if part in text:
            return name
    index = re.search(r"/index/(\w+)", text)
    if table := _TABLE.search(text):
        name = table[1].split("FnGetAtt")[-1].lower()
        if table[2] == "StreamArn":
            return f"{name} stream"
        return f"{name}/index/{index[1]}" if index else name
    if queue := _QUEUE.search(text):
        name = re.sub(".*FnGetAtt", "", queue[1])
        dead = "DeadLetters" in name or queue[3]
        return f"{name.removesuffix('DeadLetters').lower()} {'dead letters' if dead else 'queue'}"
    for pattern, name in _OTHERS.items():
        if re.search(pattern, text):
            return name
    if function := re.search(r"(\w+?)Function[0-9A-F]{8}", text):
        return f"function {function[1].lower()}"
    return text
