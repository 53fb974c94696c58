"""`alarms`: what calls, since when, and where the runbook says what to do."""

from ops.console import Console, age, harmless
from ops.ports import Tools

_RINGS = "ALARM"


def alarms(tools: Tools, console: Console) -> int:
    """One call. Status 1 where one calls, or there is none at all."""
    found = sorted(tools.alarms(), key=lambda it: (it.state != _RINGS, it.name))
    if not found:
        console.say("✗ This stage has no alarms: is this version deployed there?")
        return 1
    now = tools.now()
    # An alarm's word ends with the runbook's section.
    rows = [(it.name, it.state, age(it.since, now), it.says.split(" ")[-1]) for it in found]
    console.table(("alarm", "state", "for", "what to do"), rows)
    ringing = [it for it in found if it.state == _RINGS]
    for alarm in ringing:
        console.say(f"✗ {alarm.name}: {harmless(alarm.says, 250)}")
    console.say(f"{'✗' if ringing else '✓'} {len(ringing)} of {len(found)} alarms call.")
    return 1 if ringing else 0
