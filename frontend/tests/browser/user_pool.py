"""What an operator does to the user pool, for the browser's tests: `create`, `confirm POOL EMAIL`,
`unverify POOL EMAIL`.

Answers with JSON. The pool has the settings that matter to a browser and nothing else; the real one
is made by the data stack.
"""

import json
import sys

import boto3

idp = boto3.client("cognito-idp")


def create() -> dict[str, str]:
    pool = idp.create_user_pool(
        PoolName="browser-tests",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 10,
                "RequireLowercase": True,
                "RequireUppercase": True,
                "RequireNumbers": True,
                "RequireSymbols": False,
            }
        },
    )["UserPool"]
    client = idp.create_user_pool_client(
        UserPoolId=pool["Id"],
        ClientName="web",
        GenerateSecret=False,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )["UserPoolClient"]
    return {"user_pool_id": pool["Id"], "user_pool_client_id": client["ClientId"]}


def confirm(pool_id: str, email: str) -> dict[str, str]:
    idp.admin_confirm_sign_up(UserPoolId=pool_id, Username=email)
    return {"confirmed": email}


def unverify(pool_id: str, email: str) -> dict[str, str]:
    """Where the attribute is missing, as after every sign-up, the local cloud's token says that the
    address is verified; Cognito's does not.
    """
    attributes = [{"Name": "email_verified", "Value": "false"}]
    idp.admin_update_user_attributes(UserPoolId=pool_id, Username=email, UserAttributes=attributes)
    return {"unverified": email}


if __name__ == "__main__":
    command = {"create": create, "confirm": confirm, "unverify": unverify}[sys.argv[1]]
    sys.stdout.write(json.dumps(command(*sys.argv[2:])))
