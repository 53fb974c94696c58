"""Sign-up and sign-in: anybody may sign up, only an operator confirms the account."""

from tests.infra.templates import Json, Synthesized

KIND = "AWS::Cognito::UserPool"


def test_the_pool_has_its_name_and_the_cheapest_plan(dev: Synthesized) -> None:
    pool = dev.only("data", KIND)
    assert pool["UserPoolName"] == "Arqui-pool2"
    assert pool["UserPoolTier"] == "LITE"


def test_anybody_may_sign_up_with_an_e_mail_address(dev: Synthesized) -> None:
    pool = dev.only("data", KIND)
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False}
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def test_nothing_but_an_operator_confirms_an_account(
    local: Synthesized, dev: Synthesized, prod: Synthesized
) -> None:
    for stage in (local, dev, prod):
        pool = stage.only("data", KIND)
        # With an attribute to verify, Cognito sends a code, and the code would confirm the account.
        assert not pool.get("AutoVerifiedAttributes")
        # A trigger before sign-up could confirm it.
        assert "LambdaConfig" not in pool
        # A forgotten password's code goes to an address that a confirmed user has verified.
        assert [m["Name"] for m in pool["AccountRecoverySetting"]["RecoveryMechanisms"]] == [
            "verified_email"
        ]
        for right in ("cognito-idp:AdminConfirmSignUp", "cognito-idp:AdminUpdateUserAttributes"):
            assert right not in str(stage.stacks)


def clients(stage: Synthesized) -> tuple[Json, Json]:
    """The site's and the smoke test's."""
    made = stage.resources("data", f"{KIND}Client")
    (web,) = (client for name, client in made.items() if "Web" in name)
    (canary,) = (client for name, client in made.items() if "Canary" in name)
    assert len(made) == 2
    return web, canary


def test_the_smoke_tests_client_takes_a_password_only_from_a_caller_with_credentials(
    dev: Synthesized, local: Synthesized
) -> None:
    for stage in (dev, local):
        _, canary = clients(stage)
        assert set(canary["ExplicitAuthFlows"]) == {
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        }
        assert canary["IdTokenValidity"] == 5  # minutes


def test_passwords_are_long_and_mixed(dev: Synthesized) -> None:
    policy = dev.only("data", KIND)["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 10
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers"))


def test_the_web_apps_client_has_no_secret_and_does_not_reveal_which_users_exist(
    dev: Synthesized,
) -> None:
    client, _ = clients(dev)
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    assert client["AllowedOAuthFlowsUserPoolClient"] is False


def test_only_the_local_stage_allows_sign_in_with_the_plain_password(
    local: Synthesized, dev: Synthesized
) -> None:
    flows = clients(dev)[0]["ExplicitAuthFlows"]
    assert set(flows) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    in_local = clients(local)[0]["ExplicitAuthFlows"]
    assert set(in_local) == {*flows, "ALLOW_USER_PASSWORD_AUTH"}


def test_a_protected_pool_cannot_be_deleted(prod: Synthesized, dev: Synthesized) -> None:
    assert prod.only("data", KIND)["DeletionProtection"] == "ACTIVE"
    assert dev.only("data", KIND)["DeletionProtection"] == "INACTIVE"
