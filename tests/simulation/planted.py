"""Deliberate bugs: small changes of the source, each of which the simulation must find.

Where two layers defend against one mistake, the loss of one of them is invisible, as it should be:
then the bug takes both away, and `layers` says which. docs/simulation.md holds the table.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Replaces a text that occurs exactly once in a file."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A mistake that somebody might make one day."""

    name: str
    edits: tuple[Edit, ...]
    layers: str = ""  # why more than one defence has to fall
    hidden_from: str = ""  # a mode that cannot see it, and why
