"""The part of DynamoDB's expression language that our adapters use: conditions and updates.

Values are DynamoDB's own JSON (`{"N": "1"}`). What is not understood raises: nothing is guessed.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final

Item = dict[str, dict[str, Any]]
Names = Mapping[str, str]
Values = Mapping[str, dict[str, Any]]
Condition = Callable[[Item, Names, Values], bool]

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
    """An expression that this engine does not know."""


@cache
def condition(text: str) -> Condition:
    """The condition that `text` is; an empty one always holds."""
    if not text:
        return lambda *_: True
    parser = _Parser(text)
    parsed = parser.either()
    if parser.tokens:
        raise NotUnderstood(text)
    return parsed


class _Parser:
    """OR over AND over one comparison, function or bracket."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.text = text

    def take(self, *expected: str) -> str:
        token: str = self.tokens.pop(0) if self.tokens else ""
        if expected and token not in expected:
            raise NotUnderstood(f"{token!r} in {self.text}")
        return token

    def either(self) -> Condition:
        left = self.both()
        while self.tokens[:1] == ["OR"]:
            self.take("OR")
            left = _or(left, self.both())
        return left

    def both(self) -> Condition:
        left = self.one()
        while self.tokens[:1] == ["AND"]:
            self.take("AND")
            left = _and(left, self.one())
        return left

    def one(self) -> Condition:
        token = self.take()
        if token == "(":
            inner = self.either()
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


_CLAUSE: Final = re.compile(r"(SET|ADD) (.*?)(?= SET | ADD | REMOVE | DELETE |$)")
_SET: Final = re.compile(r"(#\w+) = (?:(:\w+)|if_not_exists \((#\w+), (:\w+)\))")
_ADD: Final = re.compile(r"(#\w+) (:\w+)")


def updated(item: Item, text: str, names: Names, values: Values) -> Item:
    """The item after an update expression; it is not changed itself."""
    after = dict(item)
    rest = text
    for kind, body in _CLAUSE.findall(text):
        rest = rest.replace(f"{kind} {body}", "", 1)
        pattern = _SET if kind == "SET" else _ADD
        if pattern.sub("", body).replace(",", "").strip():
            raise NotUnderstood(text)
        for match in pattern.finditer(body):
            if kind == "SET":
                _set(after, item, match.groups(), names, values)
            else:
                _add(after, names[match[1]], values[match[2]])
    if rest.strip():
        raise NotUnderstood(text)
    return after


def _set(after: Item, item: Item, groups: tuple[Any, ...], names: Names, values: Values) -> None:
    target, value, fallback, default = groups
    if value is not None:
        after[names[target]] = values[value]
    else:
        after[names[target]] = item.get(names[fallback], values[default])


def _add(after: Item, name: str, value: dict[str, Any]) -> None:
    known = Decimal(after.get(name, {"N": "0"})["N"])
    after[name] = {"N": f"{known + Decimal(value['N']):f}"}
