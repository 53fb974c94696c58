"""Who may use the system: a user pool in which a sign-up waits for an operator.

Nothing else confirms an account: no attribute is verified at sign-up, so Cognito sends no code that
would confirm it, and no trigger runs. See decision 0013.
"""

from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.constructs.retention import removal_policy
from cdk.stage import Stage
from lambdas.names import USER_POOL_NAME


class People(Construct):
    """The user pool and the web app's client, which has no secret."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "People")
        self.pool = self._make_pool(stage)
        self._accept()
        self.client = self.pool.add_client(
            "Web",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True, user_password=stage.password_sign_in),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
        )

    def _make_pool(self, stage: Stage) -> cognito.UserPool:
        return cognito.UserPool(
            self,
            "Pool",
            user_pool_name=USER_POOL_NAME,
            feature_plan=cognito.FeaturePlan.LITE,
            self_sign_up_enabled=True,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            # Both must be said: an e-mail alias alone would have CDK verify it by a code.
            auto_verify=cognito.AutoVerifiedAttrs(email=False, phone=False),
            # A code to an address that nobody has verified would be a way in.
            account_recovery=cognito.AccountRecovery.NONE,
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            mfa=cognito.Mfa.OFF,
            password_policy=cognito.PasswordPolicy(
                min_length=10,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=False,
                temp_password_validity=Duration.days(3),
            ),
            deletion_protection=stage.protected,
            removal_policy=removal_policy(stage),
        )

    def _accept(self) -> None:
        accept(
            self.pool,
            "Ten characters of three kinds: length is worth more than one more kind",
            "AwsSolutions-COG1",
        )
        accept(
            self.pool,
            "An operator lets in each person; a second factor by message would cost, "
            "and the plan that watches sign-ins costs three times as much (decision 0013)",
            "AwsSolutions-COG2",
            "AwsSolutions-COG8",
        )
