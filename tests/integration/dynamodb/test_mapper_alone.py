"""pynamodb as the functions load it, in processes that have loaded nothing before."""

import subprocess
import sys
import textwrap

import pytest

from tests.e2e.system import ROOT


def told(program: str) -> str:
    """What it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_no_client_of_botocores_is_loaded_nor_is_anything_left_that_stands_for_one() -> None:
    program = """
        import sys
        from lambdas.adapters import dynamodb
        unneeded = ("client", "config", "credentials", "docs", "endpoint", "parsers", "session")
        print([name for name in unneeded if f"botocore.{name}" in sys.modules])
        import botocore
        print([name for name in unneeded if hasattr(botocore, name)])
        print("pynamodb.connection._botocore_private" in sys.modules)
    """
    assert told(program).split("\n") == ["[]", "[]", "False"]


def test_who_loads_botocore_afterwards_gets_all_of_it() -> None:
    program = """
        from lambdas.adapters import dynamodb
        import boto3
        client = boto3.client("sqs", region_name="eu-west-1")
        print(client.meta.service_model.service_name, type(client).__mro__[1].__module__)
    """
    assert told(program) == "sqs botocore.client"


def test_what_was_loaded_before_stays_and_is_used() -> None:
    program = """
        import botocore.session
        from lambdas.adapters import dynamodb
        from pynamodb.connection import base
        print(base.get_session is botocore.session.get_session)
    """
    assert told(program) == "True"


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("boto3", "pynamodb has no client of its own here: connect by dynamodb.connect"),
        ("lambdas.adapters", "module 'botocore' has no attribute 'client'"),
    ],
    ids=["in an operator's command", "in a function"],
)
def test_a_connection_that_would_make_a_client_fails_at_once(beside: str, expected: str) -> None:
    program = f"""
        import lambdas.adapters
        import {beside}
        from pynamodb.connection import Connection
        try:
            Connection(region="eu-west-1").client
        except (AttributeError, RuntimeError) as error:
            print(error)
    """
    assert told(program) == expected
