"""Settings of an account."""

from collections.abc import Callable

from lambdas.domain.profile import Profile
from lambdas.ports import Profiles
from lambdas.services.retry import retry_stale


def change_profile(
    profiles: Profiles, account_id: str, change: Callable[[Profile], Profile]
) -> Profile:
    """Applies a change to the settings as they are stored at that moment.

    Raises StaleDecision when other writers keep winning.
    """

    def attempt() -> Profile:
        before = profiles.get(account_id)
        after = change(before)
        if after == before:
            return before
        return profiles.put(after)

    return retry_stale(attempt)
