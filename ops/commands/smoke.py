"""After a deployment: is the stage well? Through its public API, as an investor uses it."""

from uuid import NAMESPACE_URL, uuid5

from lambdas.services.smoke import walk
from ops.console import say
from ops.ports import Tools

_ALARM = "ALARM"


def smoke(tools: Tools) -> int:
    """Walks through the public API, then looks at the alarms. Status 1 where a step fails."""
    passed = True
    for step in walk(tools.public_api(), key=_key(tools)):
        say(f"{'✓' if step.passed else '✗'} {step.name}: {step.detail}")
        passed = passed and step.passed
    active = [alarm.name for alarm in tools.alarms() if alarm.state == _ALARM]
    say(f"{'✗' if active else '✓'} alarms: {', '.join(active) or 'none is active'}")
    return 0 if passed and not active else 1


def _key(tools: Tools) -> str:
    """An idempotency key of its own for each run."""
    return str(uuid5(NAMESPACE_URL, f"smoke {tools.now().isoformat()}"))


def canary_user(tools: Tools) -> int:
    """Creates the smoke test's user, or gives it a new password."""
    name = tools.canary_user().create()
    say(f"✓ {name} can sign in; its password is in Secrets Manager and nowhere else.")
    return 0
