"""Use cases: load through ports, decide in the domain, commit in one transaction."""
