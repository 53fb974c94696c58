"""One verb per file: load a snapshot through ports, decide, commit."""
