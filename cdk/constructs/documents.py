"""The bucket of documents (receipts, statements), who may write and read it, and the layer of the
functions that make them.
"""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.build import Assets
from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.stack import removal_policy
from cdk.constructs.user_pool import UserPool
from cdk.stage import Stage


class DocumentBucket(Construct):
    """A private, versioned, encrypted bucket. Nobody may list it, and nobody may delete from it."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Documents")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=stage.tls_only,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(365),
                )
            ],
            removal_policy=removal_policy(stage),
        )
        suppress(
            self.bucket,
            "The API logs who asks for a link, and a link lives five minutes",
            "AwsSolutions-S1",
        )

    def grant_put(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee store documents, but neither read nor list them."""
        self._grant(grantee, "s3:PutObject")

    def grant_get(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee read a document whose key it knows, and sign links to it."""
        self._grant(grantee, "s3:GetObject")

    def _grant(self, grantee: iam.IGrantable, action: str) -> None:
        iam.Grant.add_to_principal(
            grantee=grantee, actions=[action], resource_arns=[self.bucket.arn_for_objects("*")]
        )
        role = grantee.grant_principal
        assert isinstance(role, iam.Role)
        suppress(
            role,
            "Keys of documents are derived from ids: the right is on all objects of one bucket",
            f"AwsSolutions-IAM5[Resource::{Stack.of(self).stack_name}:{_BUCKET_EXPORT}/*]",
        )


_BUCKET_EXPORT: Final = "ExportsOutputFnGetAttDocumentsBucket089EA665Arn9C7B4550"
"""Export of the bucket's ARN."""


def document_layer(scope: Construct, assets: Assets) -> lambda_.LayerVersion:
    """What only the functions that make documents need: 82 MB that no other function loads."""
    return lambda_.LayerVersion(
        scope,
        "DocumentPackages",
        code=lambda_.Code.from_asset(str(assets.documents)),
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
        compatible_architectures=[lambda_.Architecture.ARM_64],
        description="Packages of the functions that make PDF files",
    )


def grant_read_user(grantee: iam.IGrantable, user_pool: UserPool) -> None:
    """Lets the grantee look a user of the pool up by id."""
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["cognito-idp:AdminGetUser"],
        resource_arns=[user_pool.pool.user_pool_arn],
    )
