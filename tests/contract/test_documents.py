"""The port `Documents`: a file stays as it was first stored, and only a link reaches it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.client import Config
from moto import mock_aws

from lambdas.messaging.s3 import S3Documents, s3_client
from lambdas.ports import Documents
from tests.fakes.documents import MemoryDocuments
from tests.fakes.dynamo import REGION, set_credentials

BUCKET = "documents"


@dataclass(frozen=True)
class Stored:
    documents: Documents
    content: Callable[[str], bytes]


@pytest.fixture(params=["memory", "s3"])
def stored(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stored]:
    if request.param == "memory":
        memory = MemoryDocuments()
        yield Stored(memory, memory.files.__getitem__)
        return
    set_credentials(monkeypatch)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    s3_client.cache_clear()
    with mock_aws():
        client = boto3.client("s3", region_name=REGION, config=Config())
        client.create_bucket(Bucket=BUCKET)
        documents = S3Documents(REGION, BUCKET)
        yield Stored(
            documents, lambda key: client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        )
    s3_client.cache_clear()


def test_the_first_content_under_a_key_stays(stored: Stored) -> None:
    stored.documents.put("a/b.pdf", b"first")
    stored.documents.put("a/b.pdf", b"second")
    stored.documents.put("a/c.pdf", b"other")
    assert stored.content("a/b.pdf") == b"first"
    assert stored.content("a/c.pdf") == b"other"


def test_a_link_names_the_key_the_file_and_its_life(stored: Stored) -> None:
    link = stored.documents.link("a/b.pdf", "receipt.pdf", timedelta(minutes=5))
    assert urlsplit(link).path == "/a/b.pdf"
    assert "receipt.pdf" in link


def test_a_link_on_aws_is_of_the_buckets_region_and_lives_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_credentials(monkeypatch)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    s3_client.cache_clear()
    link = urlsplit(S3Documents("us-west-2", BUCKET).link("a/b.pdf", "r.pdf", timedelta(minutes=5)))
    s3_client.cache_clear()
    query = parse_qs(link.query)
    assert link.netloc == "documents.s3.us-west-2.amazonaws.com"
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["response-content-disposition"] == ['attachment; filename="r.pdf"']
