"""The web app: a private bucket behind a distribution, and the deployment of its files.

The bucket's stack depends on no other. The backend stack deploys the files, because their
configuration names the API.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress, suppress_lint
from cdk.constructs.stack import StageStack, log_group, removal_policy
from cdk.content_policy import hosts_of, with_policy
from cdk.stage import Stage

DEEP_LINKS: Final = Path(__file__).with_name("deep_links.js")

DATA_FILES: Final = "/data/*"
"""Files that functions write; no deployment writes or deletes them."""

_HASHED_FILES: Final = "assets/*"
"""Where the web app's build puts files whose names contain a hash of their content."""


class WebStack(StageStack):
    """Bucket and distribution, without files."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, stage, "web")
        self.site = Site(self, stage)
        self.add_outputs(
            {
                "SiteUrl": self.site.origin,
                "SiteBucket": self.site.bucket.bucket_name,
                "DistributionId": self.site.distribution.distribution_id,
            }
        )


class Site(Construct):
    """The private bucket, and the distribution with deep links and security headers."""

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
        self._origin = origins.S3BucketOrigin.with_origin_access_control(
            self.bucket,
            origin_access_control=cloudfront.S3OriginAccessControl(
                self, "OriginAccess", origin_access_control_name=self._global_name(stage)
            ),
        )
        self._response_headers = self._headers(stage)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_root_object="index.html",
            price_class=cloudfront.PriceClass.PRICE_CLASS_ALL,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            default_behavior=self._behavior(stage),
            additional_behaviors={DATA_FILES: self._data_behavior(stage)},
        )
        self._suppress()
        self.origin = _origin(stage, self.distribution.distribution_domain_name)

    def _suppress(self) -> None:
        suppress(
            self,
            "The site holds public files only, and visits are not recorded",
            "AwsSolutions-S1",
            "AwsSolutions-CFR3",
        )
        suppress(
            self.distribution,
            "Investors may be anywhere, and public files need no WAF (5 USD a month and more)",
            "AwsSolutions-CFR1",
            "AwsSolutions-CFR2",
        )
        suppress(
            self.distribution,
            "CloudFront's own certificate sets the oldest TLS; a domain of ours would change it",
            "AwsSolutions-CFR4",
        )

    def grant_write(self, grantee: iam.IGrantable, key: str) -> None:
        """Lets the grantee replace one file, without reading it."""
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["s3:PutObject"],
            resource_arns=[self.bucket.arn_for_objects(key)],
        )

    def _data_behavior(self, stage: Stage) -> cloudfront.BehaviorOptions:
        """Files that the functions write: cached for as long as each of them says."""
        return cloudfront.BehaviorOptions(
            origin=self._origin,
            viewer_protocol_policy=_viewer_protocol(stage),
            cache_policy=cloudfront.CachePolicy(
                self,
                "DataCache",
                comment="As long as the file says",
                min_ttl=Duration.seconds(0),
                default_ttl=Duration.seconds(5),
                max_ttl=Duration.minutes(1),
                enable_accept_encoding_brotli=True,
                enable_accept_encoding_gzip=True,
            ),
            compress=True,
            response_headers_policy=self._response_headers,
        )

    def _behavior(self, stage: Stage) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=self._origin,
            viewer_protocol_policy=_viewer_protocol(stage),
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            compress=True,
            response_headers_policy=self._response_headers,
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=cloudfront.Function(
                        self,
                        "DeepLinks",
                        code=cloudfront.FunctionCode.from_file(file_path=str(DEEP_LINKS)),
                        function_name=f"{self._global_name(stage)}-deep-links",
                        runtime=cloudfront.FunctionRuntime.JS_2_0,
                    ),
                    event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                )
            ],
        )

    def _global_name(self, stage: Stage) -> str:
        """CloudFront's names are the account's: those of two regions must differ."""
        return f"fintech-{stage.name}-{Stack.of(self).region}"

    def _headers(self, stage: Stage) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=self._global_name(stage),
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=_content_security_policy(stage, Stack.of(self).region),
                    override=True,
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


def _viewer_protocol(stage: Stage) -> cloudfront.ViewerProtocolPolicy:
    policy = cloudfront.ViewerProtocolPolicy
    return policy.ALLOW_ALL if stage.local else policy.REDIRECT_TO_HTTPS


def _content_security_policy(stage: Stage, region: str) -> str:
    """Pages may load their own files and call the API and the user pool.

    Any API of the region: this stack does not depend on the backend, so the host is not known. The
    page's own policy names the host (`cdk.content_policy`).
    """
    reachable = (
        "http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*"
        if stage.local
        else f"https://*.execute-api.{region}.amazonaws.com wss://*.execute-api.{region}.amazonaws.com"
        f" https://cognito-idp.{region}.amazonaws.com"
    )
    forms = " ".join(("'self'", *stage.form_hosts))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        f" font-src 'self'; manifest-src 'self'; connect-src 'self' {reachable};"
        f" base-uri 'none'; form-action {forms};"
        " frame-ancestors 'none'"
    )


def _origin(stage: Stage, domain: str) -> str:
    """Scheme and host of the site, as browsers send it in `Origin`."""
    if stage.endpoint_url is None:
        return f"https://{domain}"
    label = Fn.select(0, Fn.split(".", domain))
    port = stage.endpoint_url.rpartition(":")[2]
    return f"http://{label}.cloudfront.localhost:{port}"


def deploy_site(
    scope: Construct, stage: Stage, site: Site, folder: Path, config: Mapping[str, str]
) -> None:
    """Copies the folder and `config.json` to the bucket and invalidates the distribution. The page
    gets a policy with the exact hosts that it may reach.
    """
    region = Stack.of(scope).region
    hosts = [*hosts_of(config), f"https://cognito-idp.{region}.amazonaws.com"]
    page = with_policy((folder / "index.html").read_text(), hosts)
    log = log_group(scope, stage, construct_id="CopierLog")
    hashed = deployment.BucketDeployment(
        scope,
        "HashedFiles",
        destination_bucket=site.bucket,
        sources=[deployment.Source.asset(str(folder))],
        exclude=["*"],
        include=[_HASHED_FILES],
        # An open page keeps loading the files of its own build.
        prune=False,
        cache_control=[
            deployment.CacheControl.max_age(Duration.days(365)),
            deployment.CacheControl.immutable(),
        ],
        log_group=log,
    )
    pages = deployment.BucketDeployment(
        scope,
        "Pages",
        destination_bucket=site.bucket,
        sources=[
            deployment.Source.asset(str(folder), exclude=["index.html"]),
            deployment.Source.data("index.html", page),
            deployment.Source.json_data("config.json", dict(config)),
        ],
        exclude=[_HASHED_FILES],
        prune=False,
        cache_control=[deployment.CacheControl.no_cache()],
        distribution=site.distribution,
        distribution_paths=["/*"],
        log_group=log,
    )
    # New pages must not refer to files that are not there yet.
    pages.node.add_dependency(hashed)
    _suppress_copier(Stack.of(scope), site)


_COPIER: Final = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
"""Logical id of the CDK's own function that copies files, one per stack."""

_COPYING: Final = ("Abort*", "DeleteObject*", "GetBucket*", "GetObject*", "List*")
_SITE_BUCKET: Final = "ExportsOutputFnGetAttSiteBucket978D4AEBArn2068E4CD"
"""Export of the site's bucket."""


def _suppress_copier(stack: Stack, site: Site) -> None:
    """The CDK defines this function; it runs at deployments only and reaches two buckets."""
    copier = stack.node.find_child(_COPIER)
    suppress_lint(copier.node.default_child, "The CDK adds this dependency", "W3005")
    suppress(
        copier,
        "The CDK's own function, which runs at deployments only and reports to CloudFormation",
        "AwsSolutions-L1",
        "Serverless-LambdaLatestVersion",
        "Serverless-LambdaDLQ",
        "Serverless-LambdaTracing",
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
    )
    suppress(
        copier,
        "The CDK grants what copying takes, on the site's bucket and on its own assets",
        *(f"AwsSolutions-IAM5[Action::s3:{action}]" for action in _COPYING),
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::"
        "cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*]",
        f"AwsSolutions-IAM5[Resource::{Stack.of(site).stack_name}:{_SITE_BUCKET}/*]",
    )
    suppress(
        copier,
        "The CDK lets it invalidate any distribution: its role is made before that is known",
        "AwsSolutions-IAM5[Resource::*]",
    )
