"""The operator's command `remind`, as a task of a run."""

from local.options import Options
from local.processes import Program
from local.tools import PYTHON, operator_environment


def program(options: Options) -> Program:
    """Has the sweep look at every open order of a run that is ready."""
    argv = (PYTHON, "-m", "ops", "--state", str(options.state), "remind")
    return Program(name="remind", argv=argv, env=operator_environment(options))
