"""Why a command cannot do its work at all: told in one sentence, with status 2."""


class CannotRun(Exception):
    """The command cannot be carried out; the message is for the operator."""


class Unreadable(Exception):
    """An item of a table is not of the form that our code writes; the message names no content."""
