"""What a stage is set to, asked of the deployed functions: the only ones that really know."""

from datetime import timedelta
from typing import Any

from lambdas.names import Function, Setting
from ops.adapters.resources import physical_names
from ops.errors import CannotRun
from ops.ports import Settings


def settings_of(stack: str, cloudformation: Any, functions: Any) -> Settings:
    """Two calls: which function is the API, and what its environment says. It holds no secrets."""
    name = physical_name(stack, Function.API, cloudformation)
    configuration = functions.get_function_configuration(FunctionName=name)
    told = configuration["Environment"]["Variables"]
    return Settings(
        group_id=told[Setting.GROUP_ID],
        overdue_after=timedelta(seconds=int(told[Setting.OVERDUE_AFTER_S])),
    )


def physical_name(stack: str, function: Function, cloudformation: Any) -> str:
    """What AWS calls one of our functions. Raises CannotRun where it is not deployed."""
    made = physical_names(cloudformation, stack, "AWS::Lambda::Function")
    for logical_id, name in made.items():
        if logical_id.lower().startswith(function.value):
            return name
    raise CannotRun(f"The stack {stack} has no function {function}: deploy this version first.")
