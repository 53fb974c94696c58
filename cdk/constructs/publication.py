"""Publication of the built web app: hashed files for ever, the rest checked at each visit."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

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
