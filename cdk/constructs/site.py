"""The web app's home: private bucket, distribution with deep links and security headers."""

from pathlib import Path

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.constructs.retention import removal_policy
from cdk.stage import Stage

DEEP_LINKS = Path(__file__).with_name("deep_links.js")


class Site(Construct):
    """Bucket and distribution."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Site")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=stage.tls_only,
            removal_policy=removal_policy(stage),
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_root_object="index.html",
            price_class=cloudfront.PriceClass.PRICE_CLASS_ALL,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            default_behavior=self._behavior(stage),
        )
        self._accept()
        self.origin = _origin(stage, self.distribution.distribution_domain_name)

    def _accept(self) -> None:
        accept(
            self,
            "Public files alone are served from here; who asked for them is nobody's business",
            "AwsSolutions-S1",
            "AwsSolutions-CFR3",
        )
        accept(
            self.distribution,
            "Investors may be anywhere, and the files need no shield (5 USD a month and more)",
            "AwsSolutions-CFR1",
            "AwsSolutions-CFR2",
        )
        accept(
            self.distribution,
            "CloudFront's own certificate sets the oldest TLS; a domain of ours would change it",
            "AwsSolutions-CFR4",
        )

    def _behavior(self, stage: Stage) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.ALLOW_ALL
            if stage.local
            else cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            compress=True,
            response_headers_policy=self._headers(stage),
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=cloudfront.Function(
                        self,
                        "DeepLinks",
                        code=cloudfront.FunctionCode.from_file(file_path=str(DEEP_LINKS)),
                        runtime=cloudfront.FunctionRuntime.JS_2_0,
                    ),
                    event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                )
            ],
        )

    def _headers(self, stage: Stage) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=_policy(stage, Stack.of(self).region), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365),
                    include_subdomains=True,
                    override=True,
                ),
            ),
        )


def _policy(stage: Stage, region: str) -> str:
    """What a page may load and call: itself, the API and the user pool.

    The API's own host is not known here, since this stack depends on nothing of the backend.
    """
    reachable = (
        "http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*"
        if stage.local
        else f"https://*.execute-api.{region}.amazonaws.com wss://*.execute-api.{region}.amazonaws.com"
        f" https://cognito-idp.{region}.amazonaws.com"
    )
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        f" font-src 'self'; manifest-src 'self'; connect-src 'self' {reachable};"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _origin(stage: Stage, domain: str) -> str:
    """Scheme and host of the site, as browsers send it in `Origin`."""
    if stage.endpoint_url is None:
        return f"https://{domain}"
    label = Fn.select(0, Fn.split(".", domain))
    port = stage.endpoint_url.rpartition(":")[2]
    return f"http://{label}.cloudfront.localhost:{port}"
