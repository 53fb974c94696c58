"""The Cognito user pool, in which every sign-up waits for an operator's confirmation.

Nothing else confirms an account: no attribute is verified at sign-up, so Cognito sends no code that
would confirm it, and no trigger runs (decision 0008).
"""

from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.stack import removal_policy
from cdk.stage import Stage
from lambdas.names import USER_POOL_NAME


class UserPool(Construct):
    """The user pool, the web app's client, which has no secret, and the smoke test's client, which
    takes a password only from a caller with AWS credentials.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "UserPool")
        self.pool = self._make_pool(stage)
        self._suppress()
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
        self.canary_client = self.pool.add_client(
            "Canary",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(5),
            id_token_validity=Duration.minutes(5),
            refresh_token_validity=Duration.hours(1),
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
            # Explicitly off: with an e-mail alias the CDK has Cognito verify it by a code.
            auto_verify=cognito.AutoVerifiedAttrs(email=False, phone=False),
            # Codes go to verified addresses only, and only a confirmed user can verify one.
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
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

    def _suppress(self) -> None:
        suppress(
            self.pool,
            "Ten characters of three classes: length is worth more than a fourth class",
            "AwsSolutions-COG1",
        )
        suppress(
            self.pool,
            "An operator confirms each account; a second factor by SMS costs per message, "
            "and the plan with threat protection costs three times as much (decision 0008)",
            "AwsSolutions-COG2",
            "AwsSolutions-COG8",
        )
