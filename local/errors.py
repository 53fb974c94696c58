"""What can go wrong on a laptop. Every message is one clear sentence for the person at the
terminal.
"""


class CannotRun(Exception):
    """Something outside our hands is not as it must be; the text says what, and what to do about
    it.
    """


class Stopped(Exception):
    """The person (Ctrl-C) or the system (SIGTERM) asked us to end: not an error."""
