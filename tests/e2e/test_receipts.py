"""Receipts on the running system: what the PDF says, who may open it, and how long."""

import io
import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from pypdf import PdfReader

from tests.e2e.system import Person, System, a_person, eventually, http


@pytest.fixture
def bought(person: Person) -> Any:
    """An accepted order."""
    ended = person.ended(person.buy("AAPL", "0.5")["order_id"])
    assert ended["state"] == "ACCEPTED"
    return ended


def receipt_of(person: Person, order: Any, language: str = "es") -> Any:
    """The answer with the link, once the receipt is ready."""

    def ready() -> Any:
        path = f"/orders/{order['order_id']}/receipt?language={language}"
        answer = person.call("GET", path)
        assert answer.status in (200, 202), answer.text
        if answer.status == 202:
            assert answer.body == {"state": "preparing"}
            assert answer.headers["retry-after"] == "2"
        return answer.body if answer.status == 200 else None

    return eventually(ready, what="a receipt")


def download(url: str) -> tuple[bytes, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        return answer.read(), answer.headers


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_receipt_says_exactly_what_the_order_says(person: Person, bought: Any) -> None:
    answer = receipt_of(person, bought, "en")
    content, headers = download(answer["url"])
    assert headers["Content-Type"] == "application/pdf"
    file_name = f"receipt-{answer['number']}.pdf"
    assert headers["Content-Disposition"] == f'attachment; filename="{file_name}"'
    text = text_of(content)
    whole, _, decimals = bought["price"].partition(".")
    expected = [
        "Group 3",
        answer["number"],
        person.email,
        bought["symbol"],
        bought["currency"],
        bought["order_id"],
        f"Number of shares {Decimal(bought['quantity']):.6f}",
        f"Price per share US${int(whole):,}.{decimals:0<2}",
        f"Total US${Decimal(bought['cost']):,.2f}",
    ]
    assert [part for part in expected if part not in text] == []
    spanish, _ = download(receipt_of(person, bought)["url"])
    assert "Comprobante de compra" in text_of(spanish)


def test_nobody_else_may_have_it(system: System, person: Person, bought: Any) -> None:
    answer = receipt_of(person, bought)
    other = a_person(system).call("GET", f"/orders/{bought['order_id']}/receipt")
    assert (other.status, other.code) == (404, "not_found")
    unsigned = answer["url"].partition("?")[0]
    assert http("GET", unsigned).status == 403
    forged = answer["url"].replace("X-Amz-Expires=300", "X-Amz-Expires=3600")
    assert forged != answer["url"]
    assert http("GET", forged).status == 403


def test_a_link_lives_for_its_time_which_is_five_minutes(
    system: System, person: Person, bought: Any
) -> None:
    url = receipt_of(person, bought)["url"]
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["300"]
    _, bucket, key = urlsplit(url).path.split("/", 2)
    client = boto3.client(
        "s3",
        endpoint_url=system.outputs["aws_endpoint_url"],
        region_name=system.outputs["region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    short = client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=1
    )
    assert http_status(short) == 200
    time.sleep(2.5)
    assert http_status(short) == 403


def http_status(url: str) -> int:
    try:
        download(url)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return 200


def test_whoever_holds_it_is_told_that_it_is_genuine(
    system: System, person: Person, bought: Any
) -> None:
    content, _ = download(receipt_of(person, bought)["url"])
    (page,) = PdfReader(io.BytesIO(content)).pages
    (link,) = (note.get_object()["/A"]["/URI"] for note in page["/Annots"])
    assert link.startswith(f"{system.outputs['site_url']}/receipts/")
    number, _, code = link.rpartition("/")[2].partition("#")
    answer = http("GET", f"{system.api_url}/receipts/{number}?code={code}")
    assert answer.status == 200
    assert answer.body == {"number": number, "total": bought["cost"], "currency": "USD"}
    wrong = http("GET", f"{system.api_url}/receipts/{number}?code=AAAA-AAAA-AAAA")
    assert (wrong.status, wrong.code) == (404, "not_found")


def test_a_rejected_order_has_none(person: Person) -> None:
    order = person.ended(person.buy("LTMAY", "1")["order_id"])
    answer = person.call("GET", f"/orders/{order['order_id']}/receipt")
    assert (answer.status, answer.code) == (409, "not_accepted")


@pytest.fixture
def put_aside(system: System, person: Person, bought: Any) -> Any:
    """An accepted order whose receipt was never made: its message is a dead letter."""
    number = receipt_of(person, bought)["number"]
    system.client("dynamodb").delete_item(
        TableName=system.outputs["tables"]["receipts"], Key={"receipt_number": {"S": number}}
    )
    system.client("sqs").send_message(
        QueueUrl=system.outputs["queues"]["receipts_dead_letters"],
        MessageBody=json.dumps({"order_id": bought["order_id"]}),
    )
    return bought


def test_a_dead_lettered_receipt_is_made_again_by_replay(
    system: System, person: Person, put_aside: Any
) -> None:
    path = f"/orders/{put_aside['order_id']}/receipt"
    assert person.call("GET", path).status == 202
    moved = system.run("replay", "QUEUE=receipts", "YES=1")
    assert moved.returncode == 0, moved.stdout + moved.stderr
    content, _ = download(receipt_of(person, put_aside)["url"])
    assert put_aside["order_id"] in text_of(content)


def test_a_months_statement_says_what_the_ledger_says(
    system: System, person: Person, bought: Any
) -> None:
    body = {"kind": "statement", "month": f"{datetime.now(UTC):%Y-%m}", "language": "en"}
    job_id = person.call("POST", "/jobs", body, key=uuid4()).body["job_id"]

    def finished() -> Any:
        job = person.get(f"/jobs/{job_id}")
        assert job["state"] != "failed", job
        return job if job["state"] == "finished" else None

    result = eventually(finished, what="a statement", within_s=60)["result"]
    closing = 1000 - Decimal(bought["cost"])
    assert (result["postings"], Decimal(result["closing_balance"])) == (3, closing)
    content, _ = download(result["url"])
    text = text_of(content)
    expected = [
        person.email,
        "Opening balance US$0.00 US$0.00 US$0.00",
        f"Closing balance US${closing:.2f} US$0.00 US${closing:.2f}",
        f"Purchase of AAPL — -US${bought['cost']} US${closing:.2f}",
        f"AAPL 0.500000 US${bought['cost']}",
    ]
    assert [part for part in expected if part not in text] == []
    assert a_person(system).call("GET", f"/jobs/{job_id}").status == 404
