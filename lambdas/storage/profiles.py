"""Settings of accounts in DynamoDB."""

from dataclasses import replace

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.expressions.update import Action

from lambdas.domain.profile import Language, Profile, Theme
from lambdas.storage.client import translated_errors
from lambdas.storage.models import ProfileItem


class DynamoProfiles:
    """The port `Profiles` over the table profiles."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection  # which names the table

    def get(self, account_id: str) -> Profile:
        """One GetItem, consistent."""
        with translated_errors():
            try:
                return profile_of(ProfileItem.get(account_id, consistent_read=True))
            except ProfileItem.DoesNotExist:
                return Profile(account_id=account_id)

    def put(self, profile: Profile) -> Profile:
        """One UpdateItem. Attributes that this version does not know stay."""
        item = ProfileItem(profile.account_id)
        if profile.version:
            item.version = profile.version
        with translated_errors():
            item.update(
                actions=[
                    ProfileItem.favourites.set(list(profile.favourites)),
                    _optional(ProfileItem.language, profile.language),
                    _optional(ProfileItem.theme, profile.theme),
                    ProfileItem.mails_on_orders.set(profile.mails_on_orders),
                ]
            )
        return replace(profile, version=profile.version + 1)


def _optional(attribute: UnicodeAttribute, value: str | None) -> Action:
    return attribute.remove() if value is None else attribute.set(str(value))


def profile_of(item: ProfileItem) -> Profile:
    """The settings of an item."""
    return Profile(
        account_id=item.account_id,
        favourites=tuple(item.favourites),
        language=None if item.language is None else Language(item.language),
        theme=None if item.theme is None else Theme(item.theme),
        mails_on_orders=item.mails_on_orders,
        version=item.version,
    )
