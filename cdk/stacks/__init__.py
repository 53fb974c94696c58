"""Stacks wire and grant: four of them, by lifecycle; what is built stands in `cdk.constructs`."""
