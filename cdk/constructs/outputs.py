"""Outputs under exact names, which scripts and people read from the stack that owns the thing."""

from aws_cdk import CfnOutput, Stack


def publish(stack: Stack, values: dict[str, str]) -> None:
    """One output per entry, under that very name."""
    for name, value in values.items():
        CfnOutput(stack, name, value=value).override_logical_id(name)
