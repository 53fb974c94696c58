"""`make up`: start everything in order, say where it is, watch it, and stop it in order. What does
not need each other starts together; whatever goes wrong, nothing is left running.
"""

import sys
from contextlib import ExitStack
from typing import Final

from local import bridge, broker, cloud, deploy, ports, simulator, site
from local.errors import CannotRun, Stopped
from local.functions import keep_logs
from local.lock import held
from local.options import ExchangeKind, Options
from local.outputs import Outputs
from local.processes import Supervisor
from local.progress import Progress
from local.task_role import TaskCredentials, issuer
from local.tools import require_installed
from local.web import answers_well

_READY_TIMEOUT_S: Final = 60


def up(options: Options) -> int:
    """Run until asked to stop (0) or until something fails (1)."""
    progress = Progress()
    supervisor = Supervisor(options.logs, progress)
    with held(options.lock), ExitStack() as undo:
        undo.callback(supervisor.stop)
        undo.callback(options.outputs.unlink, missing_ok=True)
        supervisor.obey_signals()
        try:
            _require_room(options)
            outputs = _start(options, supervisor, progress, undo)
            outputs.write(options)
            _tell(options, outputs, progress)
            supervisor.watch()
        except Stopped:
            progress.say("Stopping …")
            return 0
        except CannotRun as error:
            progress.say(f"✗ {error}")
            keep_logs(options)
            return 1
    return 0


def _require_room(options: Options) -> None:
    options.outputs.unlink(missing_ok=True)
    ports.require_free(options.cloud_port, "the local cloud", "CLOUD_PORT")
    ports.require_free(options.mqtt_port, "the MQTT broker", "MQTT_PORT")
    require_installed()


def _start(
    options: Options, supervisor: Supervisor, progress: Progress, undo: ExitStack
) -> Outputs:
    account = broker.credentials(options)
    with progress.step("local cloud and broker"):
        supervisor.start(cloud.program(options))
        supervisor.start(broker.program(options, account))
        supervisor.wait(
            lambda: cloud.is_ready(options), "The local cloud", timeout_s=_READY_TIMEOUT_S
        )
        supervisor.wait(
            lambda: ports.answers(options.mqtt_port), "The broker", timeout_s=_READY_TIMEOUT_S
        )
    _deploy(options, supervisor, progress)
    stacks = deploy.outputs(options)
    container = bridge.container_environment(options)
    outputs = Outputs.of(options, stacks, bridge.topics(container), account)
    with progress.step("broker's secret, the site's files"):
        _put_secret(options, stacks, account)
        site.upload(options, stacks, outputs)
    with progress.step("bridge, exchange, first heartbeat"):
        rights = TaskCredentials(issuer(options, deploy.required(stacks, "BridgeTaskRoleArn")))
        undo.callback(rights.close)
        supervisor.start(bridge.program(options, container, rights))
        supervisor.wait(
            bridge.health_file(options).exists, "The bridge", timeout_s=_READY_TIMEOUT_S
        )
        # Only now that the bridge listens: the built-in broker keeps no session over its restart,
        # and the exchange begins with a day of prices.
        if options.exchange is ExchangeKind.SIMULATOR:
            supervisor.start(simulator.program(options, outputs.mqtt_url, outputs.topics))
        supervisor.wait(
            lambda: answers_well(f"{outputs.api_url}/heartbeat"),
            "The API",
            timeout_s=_READY_TIMEOUT_S,
        )
    return outputs


def _deploy(options: Options, supervisor: Supervisor, progress: Progress) -> None:
    with progress.step("synthesis of the stacks"):
        synth = supervisor.begin(deploy.synth(options))
        if not deploy.is_bootstrapped(options):
            first = supervisor.begin(deploy.bootstrap(options))
            supervisor.finish(first, timeout_s=deploy.SYNTH_TIMEOUT_S, complaints=deploy.complaints)
        supervisor.finish(synth, timeout_s=deploy.SYNTH_TIMEOUT_S, complaints=deploy.complaints)
    with progress.step("cdk deploy"):
        task = supervisor.begin(deploy.deploy(options))
        supervisor.finish(task, timeout_s=deploy.DEPLOY_TIMEOUT_S, complaints=deploy.complaints)


def _put_secret(options: Options, stacks: dict[str, str], account: broker.Credentials) -> None:
    cloud.client("secretsmanager", options.cloud_url).put_secret_value(
        SecretId=deploy.required(stacks, "MqttSecretArn"), SecretString=account.as_secret()
    )


def _tell(options: Options, outputs: Outputs, progress: Progress) -> None:
    exchange = (
        "simulated" if options.exchange is ExchangeKind.SIMULATOR else "none: another may speak"
    )
    progress.say(f"""
Everything runs, after {progress.total_s:.0f} s.
  site      {outputs.site_url}
  API       {outputs.api_url}
  cloud     {outputs.aws_endpoint_url} (access key and secret: test)
  broker    {options.broker_url} ({options.broker}; its account is in {options.outputs})
  exchange  {exchange}
  logs      {options.logs}

Try `make demo`. After a sign-up on the site: `make confirm EMAIL=…`.
Ctrl-C stops everything and keeps the data; `make clean` forgets it.""")
    sys.stdout.flush()
