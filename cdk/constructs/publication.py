"""Publication of the built web app: hashed files for ever, the rest checked at each visit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from cdk.constructs.acceptance import accept, accept_lint
from cdk.constructs.site import Site

HASHED = "assets/*"
"""Where the web app's build puts the files that never change."""


def publish_site(scope: Construct, site: Site, folder: Path, config: Mapping[str, object]) -> None:
    """Copies the folder and `config.json` to the bucket; the distribution forgets the old."""
    hashed = deployment.BucketDeployment(
        scope,
        "HashedFiles",
        destination_bucket=site.bucket,
        sources=[deployment.Source.asset(str(folder))],
        exclude=["*"],
        include=[HASHED],
        # A page that is open keeps asking for the files of its own build.
        prune=False,
        cache_control=[
            deployment.CacheControl.max_age(Duration.days(365)),
            deployment.CacheControl.immutable(),
        ],
    )
    pages = deployment.BucketDeployment(
        scope,
        "Pages",
        destination_bucket=site.bucket,
        sources=[
            deployment.Source.asset(str(folder)),
            deployment.Source.json_data("config.json", dict(config)),
        ],
        exclude=[HASHED],
        prune=False,
        cache_control=[deployment.CacheControl.no_cache()],
        distribution=site.distribution,
        distribution_paths=["/*"],
    )
    # New pages must not name files that are not there yet.
    pages.node.add_dependency(hashed)
    _accept(Stack.of(scope), site)


_COPIER: Final = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
"""The CDK's own function, one for the stack."""

_COPYING: Final = ("Abort*", "DeleteObject*", "GetBucket*", "GetObject*", "List*")
_SITE_BUCKET: Final = "ExportsOutputFnGetAttSiteBucket978D4AEBArn2068E4CD"
"""The site's bucket, as its stack exports it."""


def _accept(stack: Stack, site: Site) -> None:
    """It is as the CDK makes it, runs at deployments only, and reaches two buckets."""
    copier = stack.node.find_child(_COPIER)
    accept_lint(copier.node.default_child, "The CDK says it twice", "W3005")
    accept(
        copier,
        "The CDK's own function, which runs at deployments only and reports to CloudFormation",
        "AwsSolutions-L1",
        "Serverless-LambdaLatestVersion",
        "Serverless-LambdaDLQ",
        "Serverless-LambdaTracing",
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
    )
    accept(
        copier,
        "The CDK grants what copying takes, on the site's bucket and on its own assets",
        *(f"AwsSolutions-IAM5[Action::s3:{action}]" for action in _COPYING),
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::"
        "cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*]",
        f"AwsSolutions-IAM5[Resource::{Stack.of(site).stack_name}:{_SITE_BUCKET}/*]",
    )
    accept(
        copier,
        "The CDK lets it invalidate any distribution: its role is made before that is known",
        "AwsSolutions-IAM5[Resource::*]",
    )
