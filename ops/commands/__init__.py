"""One file per command: what it is given, what it says, and with which status it ends."""
