"""Where a stack goes. Nothing is looked up there: a template needs no credentials to be made."""

from aws_cdk import Environment, Fn

from cdk.stage import Stage

ZONES = 2


def place(stage: Stage) -> Environment:
    """The stage's account and region; what is None is for CloudFormation to know."""
    return Environment(account=stage.account, region=stage.region)


def zones() -> list[str]:
    """Of whichever region it turns out to be: names that CloudFormation resolves."""
    return [Fn.select(number, Fn.get_azs()) for number in range(ZONES)]
