"""Tokens as the user pool would make them, and as it never would: signed with the pool's own key,
which the local cloud keeps in its state, so that what is wrong with each is one thing only.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.e2e.system import Person, System

Claims = Mapping[str, Any]


def unpacked(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Header, claims and signature of a token."""
    header, claims, signature = token.split(".")
    return _read(header), _read(claims), signature


@dataclass(frozen=True, kw_only=True)
class Forge:
    """Makes tokens after the pattern of a real one."""

    key: rsa.RSAPrivateKey
    header: Claims
    claims: Claims

    @classmethod
    def of(cls, person: Person) -> "Forge":
        """With the key that signs the id tokens of the person's pool."""
        pool = person.system.outputs["user_pool_id"]
        path = person.system.state / "cloud" / "cognito-pool-keys" / f"{pool}-id.pem"
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        header, claims, _ = unpacked(person.tokens["IdToken"])
        return cls(key=key, header=header, claims=claims)

    def signed(self, *, header: Claims | None = None, **changes: Any) -> str:
        """The token with other claims; None leaves one out."""
        claims = {k: v for k, v in {**self.claims, **changes}.items() if v is not None}
        kept = {k: v for k, v in {**self.header, **(header or {})}.items() if v is not None}
        said = f"{_written(kept)}.{_written(claims)}"
        signature = self.key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{said}.{_text(signature)}"

    def unsigned(self, algorithm: str) -> str:
        """The token with `alg: none`."""
        return f"{_written({**self.header, 'alg': algorithm})}.{_written(self.claims)}."

    def signed_with_the_public_key(self) -> str:
        """Signed by HMAC with the public key, as if the token might choose the algorithm."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        said = f"{_written({**self.header, 'alg': 'HS256'})}.{_written(self.claims)}"
        return f"{said}.{_text(hmac.digest(public, said.encode(), hashlib.sha256))}"

    def with_another_key(self) -> "Forge":
        """Signed with another key under the same key id."""
        return replace(self, key=rsa.generate_private_key(public_exponent=65537, key_size=2048))


@contextmanager
def another_client(system: System, person: Person) -> Iterator[Mapping[str, str]]:
    """A token of another client of the same user pool."""
    cognito, pool = system.client("cognito-idp"), system.outputs["user_pool_id"]
    client = _client_of(cognito, pool)
    try:
        yield _signed_in(cognito, client, person)
    finally:
        cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client)


@contextmanager
def another_pool(system: System, person: Person) -> Iterator[Mapping[str, str]]:
    """A token of another user pool, for the same name and password."""
    cognito = system.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="somebody-else's")["UserPool"]["Id"]
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=person.email)
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=person.email, Password=person.password, Permanent=True
        )
        yield _signed_in(cognito, _client_of(cognito, pool), person)
    finally:
        cognito.delete_user_pool(UserPoolId=pool)


def _client_of(cognito: Any, pool: str) -> str:
    made = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    return str(made["UserPoolClient"]["ClientId"])


def _signed_in(cognito: Any, client: str, person: Person) -> Mapping[str, str]:
    answer = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.email, "PASSWORD": person.password},
    )
    tokens: Mapping[str, str] = answer["AuthenticationResult"]
    return tokens


def _written(value: Claims) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _read(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return value
