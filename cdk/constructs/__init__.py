"""Constructs build resources; the stacks wire them together and grant rights."""
