"""`make confirm EMAIL=…`: what an operator does in the Cognito console (Users → the user → Confirm
account).
"""

from botocore.exceptions import ClientError

from local.cloud import client
from local.errors import CannotRun
from local.options import Options
from local.outputs import Outputs


def confirm(options: Options, email: str) -> int:
    """Confirm one sign-up and say so."""
    if not email:
        raise CannotRun("Whom? Say it: make confirm EMAIL=somebody@example.com")
    outputs = Outputs.read(options)
    confirm_sign_up(outputs, email)
    print(f"{email} is confirmed and can sign in.")
    return 0


def confirm_sign_up(outputs: Outputs, email: str) -> None:
    """Raises CannotRun when there is nothing to confirm."""
    cognito = client("cognito-idp", outputs.aws_endpoint_url)
    try:
        user = cognito.admin_get_user(UserPoolId=outputs.user_pool_id, Username=email)
        if user["UserStatus"] == "CONFIRMED":
            raise CannotRun(f"{email} is confirmed already.")
        cognito.admin_confirm_sign_up(UserPoolId=outputs.user_pool_id, Username=email)
    except cognito.exceptions.UserNotFoundException:
        raise CannotRun(f"Nobody has signed up as {email}.") from None
    except ClientError as error:
        raise CannotRun(f"Cognito refused: {error.response['Error']['Message']}") from error
