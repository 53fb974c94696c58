"""The part of DynamoDB's expression language that our repositories use: conditions and updates.

Values are DynamoDB's own JSON (`{"N": "1"}`). Anything else raises NotUnderstood.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final

Item = dict[str, dict[str, Any]]
Names = Mapping[str, str]
Values = Mapping[str, dict[str, Any]]
Condition = Callable[[Item, Names, Values], bool]
Operands = Sequence[Any]
"""Placeholders of an action; None for one that its form does not have."""

_TOKEN: Final = re.compile(r"[#:]?\w+|<>|<=|>=|[=<>(),]")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class NotUnderstood(Exception):
    """An expression outside of that part."""


@cache
def condition(text: str) -> Condition:
    """Parses a condition expression; an empty one always holds."""
    if not text:
        return lambda *_: True
    parser = _Parser(text)
    parsed = parser.disjunction()
    if parser.tokens:
        raise NotUnderstood(text)
    return parsed


class _Parser:
    """Recursive descent: OR over AND over one comparison, function or bracket."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.text = text

    def take(self, *expected: str) -> str:
        token: str = self.tokens.pop(0) if self.tokens else ""
        if expected and token not in expected:
            raise NotUnderstood(f"{token!r} in {self.text}")
        return token

    def disjunction(self) -> Condition:
        left = self.conjunction()
        while self.tokens[:1] == ["OR"]:
            self.take("OR")
            left = _or(left, self.conjunction())
        return left

    def conjunction(self) -> Condition:
        left = self.term()
        while self.tokens[:1] == ["AND"]:
            self.take("AND")
            left = _and(left, self.term())
        return left

    def term(self) -> Condition:
        token = self.take()
        if token == "(":
            inner = self.disjunction()
            self.take(")")
            return inner
        if token in ("attribute_exists", "attribute_not_exists"):
            self.take("(")
            name = self.take()
            self.take(")")
            return _exists(name, token == "attribute_exists")
        operator = self.take(*_COMPARE, "BETWEEN")
        if operator == "BETWEEN":
            low = self.take()
            self.take("AND")
            return _and(_compared(token, ">=", low), _compared(token, "<=", self.take()))
        return _compared(token, operator, self.take())


def _or(left: Condition, right: Condition) -> Condition:
    return lambda i, n, v: left(i, n, v) or right(i, n, v)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda i, n, v: left(i, n, v) and right(i, n, v)


def _exists(name: str, wanted: bool) -> Condition:
    return lambda item, names, _: (names[name] in item) is wanted


def _compared(left: str, operator: str, right: str) -> Condition:
    compare = _COMPARE[operator]

    def holds(item: Item, names: Names, values: Values) -> bool:
        a, b = item.get(names[left]), values[right]
        if a is None or a.keys() != b.keys():  # a missing attribute compares with nothing
            return operator == "<>"
        return compare(_plain(a), _plain(b))

    return holds


def _plain(value: dict[str, Any]) -> Any:
    if "N" in value:
        return Decimal(value["N"])
    (plain,) = value.values()
    return plain


_CLAUSE: Final = re.compile(r"(SET|ADD|REMOVE) (.*?)(?= (?:SET|ADD|REMOVE|DELETE) |$)")
_ACTION: Final = {
    "SET": re.compile(r"(#\w+) = (?:(:\w+)|if_not_exists \((#\w+), (:\w+)\))"),
    "ADD": re.compile(r"(#\w+) (:\w+)"),
    "REMOVE": re.compile(r"(#\w+)"),
}


@cache
def actions(text: str) -> tuple[tuple[str, Operands], ...]:
    """The actions of an update expression: SET, ADD or REMOVE, each with its placeholders."""
    found: list[tuple[str, Operands]] = []
    if _CLAUSE.sub("", text).strip():
        raise NotUnderstood(text)
    for kind, body in _CLAUSE.findall(text):
        pattern = _ACTION[kind]
        if pattern.sub("", body).replace(",", "").strip():
            raise NotUnderstood(text)
        found += [(kind, match.groups()) for match in pattern.finditer(body)]
    return tuple(found)


def apply_update(item: Item, text: str, names: Names, values: Values) -> Item:
    """A copy of the item with an update expression applied."""
    after = dict(item)
    for kind, (target, *operands) in actions(text):
        name = names[target]
        match kind:
            case "SET":
                after[name] = _set_value(item, operands, names, values)
            case "ADD":
                after[name] = _sum(after.get(name), values[operands[0]])
            case _:
                after.pop(name, None)
    return after


def assigned(text: str, names: Names, values: Values) -> Item:
    """The attributes that an update expression sets to a value."""
    return {
        names[target]: values[operands[0]]
        for kind, (target, *operands) in actions(text)
        if kind == "SET" and operands[0] is not None
    }


def _set_value(item: Item, operands: Operands, names: Names, values: Values) -> dict[str, Any]:
    value, fallback, default = operands
    if value is not None:
        return values[value]
    return item.get(names[fallback], values[default])


def _sum(known: dict[str, Any] | None, value: dict[str, Any]) -> dict[str, Any]:
    total = Decimal("0" if known is None else known["N"]) + Decimal(value["N"])
    return {"N": f"{total:f}"}
