"""An account's settings: what a person has chosen, kept on the account rather than in a browser."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_FAVOURITES: Final = 100


class Language(StrEnum):
    """Languages of the site and of mails."""

    SPANISH = "es"
    ENGLISH = "en"


class Theme(StrEnum):
    """Colours of the site."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Settings of an account. None: nothing is chosen, the device decides."""

    account_id: str
    favourites: tuple[str, ...] = ()
    language: Language | None = None
    theme: Theme | None = None
    mails_on_orders: bool = False
    version: int = 0  # number of writes, the optimistic lock; 0: not stored yet
