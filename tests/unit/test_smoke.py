"""The smoke test finds each thing that can be wrong with a deployed stage, by name."""

from collections.abc import Mapping
from typing import Any

import pytest

from lambdas.ports import Answer, Unreachable
from lambdas.services.smoke import Step, walk

WELL: dict[str, Answer] = {
    "GET /heartbeat": Answer(status=200, body={"alive": True, "newest_price_age_s": 74}),
    "GET /wallet": Answer(status=200, body={"available": "0.00"}),
    "GET /stocks": Answer(status=200, body={"items": [{"symbol": "AAPL"}]}),
    "POST /orders": Answer(status=409, body={"code": "insufficient_funds"}),
}


class Api:
    """A stage that answers as it is told."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = WELL | answers
        self.calls: list[tuple[str, str, Mapping[str, str] | None]] = []
        self.refuses_the_sign_in = False

    def sign_in(self) -> str:
        if self.refuses_the_sign_in:
            raise Unreachable("AWS refused it: NotAuthorizedException")
        return "token"

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        key: str = "",
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        self.calls.append((token, key, body))
        return self.answers[f"{method} {path}"]


def failed(api: Api) -> list[Step]:
    return [step for step in walk(api, "key") if not step.passed]


def test_a_stage_that_is_well_passes_every_step() -> None:
    api = Api()
    assert [step.name for step in walk(api, "key")] == [
        "heartbeat",
        "sign-in",
        "board",
        "order without money",
    ]
    assert failed(api) == []
    assert api.calls[3] == ("token", "key", {"symbol": "AAPL", "quantity": "1"})
    assert api.calls[0] == ("", "", None)  # the heartbeat needs no token


@pytest.mark.parametrize(
    ("route", "answer", "step"),
    [
        ("GET /heartbeat", Answer(status=503, body=None), "heartbeat"),
        ("GET /heartbeat", Answer(status=200, body={"alive": True}), "heartbeat"),
        (
            "GET /heartbeat",
            Answer(status=200, body={"alive": True, "newest_price_age_s": 7200}),
            "heartbeat",
        ),
        ("GET /wallet", Answer(status=401, body=None), "sign-in"),
        ("GET /stocks", Answer(status=200, body={"items": []}), "board"),
        ("GET /stocks", Answer(status=500, body=None), "board"),
        ("POST /orders", Answer(status=202, body={"state": "PENDING"}), "order without money"),
        ("POST /orders", Answer(status=409, body={"code": "price_too_old"}), "order without money"),
    ],
)
def test_what_is_wrong_is_named_and_ends_the_walk(route: str, answer: Answer, step: str) -> None:
    steps = list(walk(Api(**{route: answer}), "key"))
    assert steps[-1].name == step
    assert [one.name for one in steps if not one.passed] == [step]


def test_a_refused_sign_in_is_named() -> None:
    api = Api()
    api.refuses_the_sign_in = True
    (step,) = failed(api)
    assert (step.name, step.detail) == ("sign-in", "AWS refused it: NotAuthorizedException")


def test_an_answer_may_be_anything() -> None:
    strange: Any = {"items": None}
    (step,) = failed(Api(**{"GET /stocks": Answer(status=200, body=strange)}))
    assert step.name == "board"
