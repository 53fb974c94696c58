"""What must hold between the resources of a stage, and between them and the code.

Each rule is derived from the templates, so that it holds for functions, queues and tables that are
added later: no list here names them.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cdk.build import ROOT
from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Json, Subject
from lambdas.names import BRIDGE, METRICS_NAMESPACE, Function, Metric, Table, metrics_namespace

_OWN_HANDLER: Final = re.compile(r"lambdas\.handlers\.(\w+)\.(\w+)")
_IMPORTED: Final = re.compile(r"ExportsOutput(?:Ref|FnGetAtt)(\w+?[0-9A-F]{8})")
_TABLE: Final = re.compile(r"\w*Table[0-9A-F]{8}")
_REWRITING: Final = frozenset(
    f"dynamodb:{action}"
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnFunction:
    """A function of ours, with the statements of its role."""

    where: str
    stack: str
    logical_id: str
    properties: Json
    rights: tuple[tuple[str, frozenset[str]], ...]
    """Each action, and the logical ids that its resources name."""

    def may(self, action: str) -> set[str]:
        """Logical ids on which the role allows the action."""
        return {name for granted, names in self.rights if granted == action for name in names}

    def variables(self, suffix: str) -> dict[str, frozenset[str]]:
        """Variables whose name ends so, and the logical ids that each names."""
        found = self.properties.get("Environment", {}).get("Variables", {})
        return {name: _named(value) for name, value in found.items() if name.endswith(suffix)}


def check_handlers(subject: Subject) -> CheckResult:
    """Every function's handler is a function in our code."""
    functions = list(_own_functions(subject))
    return CheckResult(
        name="handlers",
        scope=f"{len(functions)} functions",
        findings=tuple(found for one in functions for found in _handler_findings(one)),
    )


def _handler_findings(function: _OwnFunction) -> Iterator[Finding]:
    handler = function.properties["Handler"]
    found = _OWN_HANDLER.fullmatch(handler)
    file = ROOT / "lambdas" / "handlers" / f"{found[1]}.py" if found else None
    if not found or not file or not file.is_file():
        yield Finding(
            where=function.where,
            problem=f"its handler {handler} is in no file of lambdas/handlers",
            remedy="name the file: lambdas.handlers.<file>.handler",
        )
        return
    names = {
        node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)
    }
    if found[2] not in names:
        yield Finding(
            where=function.where,
            problem=f"its handler {handler} does not exist: {file.name} has no {found[2]}",
            remedy="define the function, or name another",
        )


def check_rights(subject: Subject) -> CheckResult:
    """Settings and rights of each function match, and nobody rewrites the ledger or scans."""
    functions = list(_own_functions(subject))
    findings = [found for one in functions for found in _right_findings(one)]
    by_id = {(one.stack, one.logical_id): one for one in functions}
    findings += _source_findings(subject, by_id)
    return CheckResult(
        name="rights",
        scope=f"{len(functions)} functions, {sum(len(one.rights) for one in functions)} rights",
        findings=tuple(findings),
    )


def _right_findings(function: _OwnFunction) -> Iterator[Finding]:
    told = {name for names in function.variables("_TABLE").values() for name in names}
    allowed = {
        name
        for action, names in function.rights
        if action.startswith("dynamodb:") and action not in _STREAM_ACTIONS
        for name in names
        if _TABLE.fullmatch(name)
    }
    for name in sorted(told - allowed):
        yield _finding(function, f"is told the table {name} but has no right on it")
    for name in sorted(allowed - told):
        yield _finding(function, f"has rights on the table {name} but is not told its name")
    for variable, names in function.variables("_QUEUE_URL").items():
        for name in sorted(names - function.may("sqs:SendMessage")):
            yield _finding(function, f"is told {variable} but may not send to {name}")
    ledger = re.compile(rf"{Table.POSTINGS.value.capitalize()}Table[0-9A-F]{{8}}")
    for action, names in function.rights:
        if action in _REWRITING and any(ledger.fullmatch(name) for name in names):
            yield _finding(function, f"may rewrite the ledger: {action} on postings")
        if action == "dynamodb:Scan":
            yield _finding(function, "may scan a table: that reads, and bills, every item")


_STREAM_ACTIONS: Final = frozenset(
    f"dynamodb:{action}"
    for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
)


def _finding(function: _OwnFunction, problem: str) -> Finding:
    return Finding(
        where=function.where,
        problem=problem,
        remedy="make settings and rights of the function match (cdk/stacks/functions.py)",
    )


def _source_findings(
    subject: Subject, functions: dict[tuple[str, str], _OwnFunction]
) -> Iterator[Finding]:
    """The role of what an event source invokes must be allowed to read the source."""
    for stack, logical_id, resource in subject.resources("AWS::Lambda::EventSourceMapping"):
        mapping = resource["Properties"]
        invoked = _function_of(subject, stack, mapping["FunctionName"])
        function = functions.get((stack, invoked))
        if function is None:
            continue
        is_stream = "StartingPosition" in mapping
        action = "dynamodb:GetRecords" if is_stream else "sqs:ReceiveMessage"
        for name in sorted(_named(mapping["EventSourceArn"]) - function.may(action)):
            yield Finding(
                where=f"{stack}/{logical_id}",
                problem=f"{function.logical_id} may not read its source {name} ({action})",
                remedy="grant what Lambda needs to poll, on the function's role",
            )


def _function_of(subject: Subject, stack: str, value: Any) -> str:
    """Logical id of the function that a reference names, also through an alias or a version."""
    resources = subject.templates[stack]["Resources"]
    for name in _named(value):
        if resources.get(name, {}).get("Type") in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            return _function_of(subject, stack, resources[name]["Properties"]["FunctionName"])
    return next(iter(sorted(_named(value))), "")


def check_alarms(subject: Subject) -> CheckResult:
    """Every alarm reads a metric that exists, tells somebody, and has a section in the runbook."""
    alarms = list(subject.resources("AWS::CloudWatch::Alarm"))
    sections = set(
        re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    )
    return CheckResult(
        name="alarms",
        scope=f"{len(alarms)} alarms, {len(sections)} sections of the runbook",
        findings=tuple(
            Finding(where=f"{stack}/{logical_id}", problem=problem, remedy=_ALARM_REMEDY)
            for stack, logical_id, resource in alarms
            for problem in _alarm_problems(subject, resource["Properties"], sections)
        ),
    )


_ALARM_REMEDY: Final = "see lambdas/names.py, cdk/constructs/alarms.py and docs/runbook.md"


def _alarm_problems(subject: Subject, alarm: Json, sections: set[str]) -> Iterator[str]:
    namespace, metric = alarm.get("Namespace", ""), alarm.get("MetricName", "")
    if namespace.startswith(METRICS_NAMESPACE):
        services = {dimension["Value"] for dimension in alarm.get("Dimensions", ())}
        if namespace != metrics_namespace(subject.stage.name):
            yield f"reads the metrics of another stage: {namespace}"
        if metric not in set(Metric):
            yield f"reads {metric}, which nothing emits"
        if unknown := services - {*Function, BRIDGE}:
            yield f"reads a metric of {', '.join(sorted(unknown))}, which does not exist"
    if not alarm.get("AlarmActions") or not alarm.get("OKActions"):
        yield "tells nobody when it begins, or when it is over"
    section = alarm.get("AlarmDescription", "").partition("#")[2]
    if section not in sections:
        yield f"has no section {section!r} in docs/runbook.md"


def check_public(subject: Subject) -> CheckResult:
    """What the internet reaches: routes need a token, browsers may call from the site alone, pages
    run no foreign code, buckets are private.
    """
    routes = list(subject.resources("AWS::ApiGatewayV2::Route"))
    http = _http_apis(subject)
    findings = [
        Finding(
            where=f"{stack}/{logical_id}",
            problem=f"the route {resource['Properties']['RouteKey']} needs no token",
            remedy="give it the authorizer, or suppress() AwsSolutions-APIG4 with a reason",
        )
        for stack, logical_id, resource in routes
        if resource["Properties"].get("AuthorizationType", "NONE") == "NONE"
        and _named(resource["Properties"]["ApiId"]) & http
        and not subject.is_suppressed(subject.path_of(stack, logical_id), "AwsSolutions-APIG4")
    ]
    findings += _cors_findings(subject)
    findings += _page_findings(subject)
    findings += _bucket_findings(subject)
    buckets = sum(1 for _ in subject.properties("AWS::S3::Bucket"))
    return CheckResult(
        name="public",
        scope=f"{len(routes)} routes, {buckets} buckets",
        findings=tuple(findings),
    )


def _http_apis(subject: Subject) -> set[str]:
    """Logical ids of HTTP APIs: a WebSocket API authorizes at $connect, in its own function."""
    return {
        logical_id
        for _, logical_id, resource in subject.resources("AWS::ApiGatewayV2::Api")
        if resource["Properties"].get("ProtocolType") == "HTTP"
    }


def _cors_findings(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources("AWS::ApiGatewayV2::Api"):
        origins = resource["Properties"].get("CorsConfiguration", {}).get("AllowOrigins", [])
        if any(isinstance(origin, str) and "*" in origin for origin in origins):
            yield Finding(
                where=f"{stack}/{logical_id}",
                problem="browsers may call it from any site",
                remedy="name the site's origin in CORS",
            )


def _page_findings(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources("AWS::CloudFront::ResponseHeadersPolicy"):
        policy = json.dumps(resource["Properties"])
        for weak in ("unsafe-inline", "unsafe-eval", "script-src *", "default-src *"):
            if weak in policy:
                yield Finding(
                    where=f"{stack}/{logical_id}",
                    problem=f"its Content-Security-Policy has {weak}",
                    remedy="pages load their own files only (cdk/stacks/web.py)",
                )


def _bucket_findings(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources("AWS::S3::Bucket"):
        block = resource["Properties"].get("PublicAccessBlockConfiguration", {})
        if set(block.values()) != {True} or len(block) != 4:
            yield Finding(
                where=f"{stack}/{logical_id}",
                problem="the bucket may become public",
                remedy="block all public access",
            )


def check_queues(subject: Subject) -> CheckResult:
    """Every queue has a dead-letter queue or is one, and hides a message while it is processed."""
    queues = list(subject.resources("AWS::SQS::Queue"))
    targets = {
        name
        for _, _, resource in queues
        for name in _named(resource["Properties"].get("RedrivePolicy", {}))
    } | {
        name
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
        for name in _named(mapping.get("DestinationConfig", {}))
    }
    findings = [
        Finding(
            where=f"{stack}/{logical_id}",
            problem="a message that cannot be processed is received for ever, and then lost",
            remedy="give it a dead-letter queue (cdk/constructs/queue.py)",
        )
        for stack, logical_id, resource in queues
        if "RedrivePolicy" not in resource["Properties"] and logical_id not in targets
    ]
    findings += _visibility_findings(subject)
    return CheckResult(name="queues", scope=f"{len(queues)} queues", findings=tuple(findings))


def _visibility_findings(subject: Subject) -> Iterator[Finding]:
    for stack, _, resource in subject.resources("AWS::Lambda::EventSourceMapping"):
        mapping, resources = resource["Properties"], subject.templates[stack]["Resources"]
        function = resources.get(_function_of(subject, stack, mapping["FunctionName"]), {})
        timeout_s = function.get("Properties", {}).get("Timeout", 0)
        for name in _named(mapping["EventSourceArn"]):
            queue = resources.get(name, {})
            if queue.get("Type") != "AWS::SQS::Queue":
                continue
            hidden_s = queue["Properties"].get("VisibilityTimeout", 30)
            if hidden_s < 6 * timeout_s:
                yield Finding(
                    where=f"{stack}/{name}",
                    problem=f"hides a message for {hidden_s} s, its function takes {timeout_s} s",
                    remedy="six times the function's time-out, as Lambda recommends",
                )


def _own_functions(subject: Subject) -> Iterator[_OwnFunction]:
    """Functions of ours: not those that the CDK adds."""
    for stack, logical_id, resource in subject.resources("AWS::Lambda::Function"):
        properties = resource["Properties"]
        if not str(properties.get("Handler", "")).startswith("lambdas."):
            continue
        (role,) = _named(properties["Role"])
        yield _OwnFunction(
            where=f"{stack}/{logical_id}",
            stack=stack,
            logical_id=logical_id,
            properties=properties,
            rights=tuple(_rights(subject.templates[stack], role)),
        )


def _rights(template: Json, role: str) -> Iterator[tuple[str, frozenset[str]]]:
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::IAM::Policy":
            continue
        if {"Ref": role} not in resource["Properties"].get("Roles", []):
            continue
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in actions if isinstance(actions, list) else [actions]:
                yield action, _named(statement["Resource"])


def _named(value: Any) -> frozenset[str]:
    """Logical ids that a value refers to, in its own stack or through another stack's export."""
    found: set[str] = set()
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending += part
        elif isinstance(part, dict):
            if isinstance(part.get("Ref"), str):
                found.add(part["Ref"])
            elif isinstance(part.get("Fn::GetAtt"), list):
                found.add(part["Fn::GetAtt"][0])
            elif "Fn::ImportValue" in part:
                found |= set(_IMPORTED.findall(json.dumps(part)))
            else:
                pending += part.values()
    return frozenset(name for name in found if not name.startswith("AWS::"))
