"""The web app's bucket and distribution. The backend depends on it, never the reverse."""

from aws_cdk import IStackSynthesizer, Stack
from constructs import Construct

from cdk.constructs.outputs import publish
from cdk.constructs.site import Site
from cdk.stacks.place import place
from cdk.stage import Stage


class WebStack(Stack):
    """The site, without its files: the backend publishes those, with the addresses they need."""

    def __init__(
        self, scope: Construct, stage: Stage, synthesizer: IStackSynthesizer | None
    ) -> None:
        super().__init__(
            scope, f"fintech-{stage.name}-web", synthesizer=synthesizer, env=place(stage)
        )
        self.site = Site(self, stage)
        publish(
            self,
            {
                "SiteUrl": self.site.origin,
                "SiteBucket": self.site.bucket.bucket_name,
                "DistributionId": self.site.distribution.distribution_id,
            },
        )
