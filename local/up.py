"""`make up`: start everything in order, say where it is, watch it, and stop it in order. What does
not need each other starts together; whatever goes wrong, nothing is left running.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from local import bridge, broker, cloud, deploy, ports, reminding, simulator, site
from local.errors import CannotRun, Stopped
from local.functions import keep_logs
from local.lock import held
from local.options import BridgeKind, BrokerKind, ExchangeKind, Options
from local.outputs import Outputs
from local.processes import Supervisor
from local.progress import Progress
from local.task_role import TaskCredentials, issuer
from local.tools import require_installed
from local.web import call

_READY_TIMEOUT_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: what was asked for, who watches, who tells, and what is to be undone at its end."""

    options: Options
    supervisor: Supervisor
    progress: Progress
    undo: ExitStack


def up(options: Options) -> int:
    """Run until asked to stop (0) or until something fails (1)."""
    progress = Progress()
    supervisor = Supervisor(options.logs, progress)
    with held(options.lock), ExitStack() as undo:
        undo.callback(supervisor.stop)
        undo.callback(options.outputs.unlink, missing_ok=True)
        supervisor.obey_signals()
        try:
            run = Run(options=options, supervisor=supervisor, progress=progress, undo=undo)
            is_first = not deploy.was_deployed(options)
            outputs = _start(run)
            outputs.write(options)
            if not is_first:
                _remind(run)
            _tell(options, outputs, progress)
            supervisor.watch()
        except Stopped:
            progress.say("Stopping …")
            return 0
        except CannotRun as error:
            progress.say(f"✗ {error}")
        except (BotoCoreError, ClientError) as error:
            progress.say(f"✗ The local cloud did not do what we asked: {error}")
        keep_logs(options)
    return 1


def _start(run: Run) -> Outputs:
    _require_room(run.options)
    account = broker.credentials(run.options)
    _start_cloud_and_broker(run, account)
    _deploy(run)
    stacks = deploy.outputs(run.options)
    container = bridge.container_environment(run.options)
    outputs = Outputs.of(run.options, stacks, bridge.topics(container), account)
    with run.progress.step("broker's secret, the site's files"):
        cloud.client("secretsmanager", run.options.cloud_url).put_secret_value(
            SecretId=deploy.required(stacks, "MqttSecretArn"), SecretString=account.as_secret()
        )
        site.upload(run.options, stacks, outputs)
    with run.progress.step("bridge, exchange, first heartbeat"):
        if run.options.bridge is BridgeKind.PROCESS:
            _start_bridge(run, container, deploy.required(stacks, "BridgeTaskRoleArn"))
        # Only now that the bridge listens: the built-in broker keeps no session over its restart,
        # and the exchange begins with a day of prices.
        if run.options.exchange is ExchangeKind.SIMULATOR:
            run.supervisor.start(simulator.program(run.options, outputs.mqtt_url, outputs.topics))
        _await_heartbeat(run, outputs)
    return outputs


def _remind(run: Run) -> None:
    """Of the orders that the run before left open. What was on its way when that ended, a stream or
    a queue of the local cloud may have forgotten, and with it that anybody should be asked.
    """
    with run.progress.step("open orders of the run before"):
        task = run.supervisor.begin(reminding.program(run.options))
        run.supervisor.finish(task, timeout_s=_READY_TIMEOUT_S, complaints=lambda _: "")


def _require_room(options: Options) -> None:
    options.outputs.unlink(missing_ok=True)
    ports.require_free(options.cloud_port, "the local cloud", "CLOUD_PORT")
    if options.broker is not BrokerKind.NONE:
        ports.require_free(options.mqtt_port, "the MQTT broker", "MQTT_PORT")
    require_installed()


def _start_cloud_and_broker(run: Run, account: broker.Credentials) -> None:
    with run.progress.step("local cloud and broker"):
        ours = run.supervisor.start(cloud.program(run.options))
        if run.options.broker is not BrokerKind.NONE:
            _start_broker(run, account)
        run.supervisor.wait(
            lambda: cloud.is_ready(run.options),
            "The local cloud",
            timeout_s=_READY_TIMEOUT_S,
            seen=ours.tail,
        )


def _start_broker(run: Run, account: broker.Credentials) -> None:
    child = run.supervisor.start(broker.program(run.options, account))
    run.supervisor.wait(
        lambda: ports.answers(run.options.mqtt_port),
        "The broker",
        timeout_s=_READY_TIMEOUT_S,
        seen=child.tail,
    )


def _deploy(run: Run) -> None:
    options, supervisor = run.options, run.supervisor
    with run.progress.step("synthesis of the stacks"):
        synth = supervisor.begin(deploy.synth(options))
        if not deploy.is_bootstrapped(options):
            first = supervisor.begin(deploy.bootstrap(options))
            supervisor.finish(first, timeout_s=deploy.SYNTH_TIMEOUT_S, complaints=deploy.complaints)
        supervisor.finish(synth, timeout_s=deploy.SYNTH_TIMEOUT_S, complaints=deploy.complaints)
    with run.progress.step("cdk deploy"):
        task = supervisor.begin(deploy.deploy(options))
        supervisor.finish(task, timeout_s=deploy.DEPLOY_TIMEOUT_S, complaints=deploy.complaints)


def _start_bridge(run: Run, container: dict[str, str], role_arn: str) -> None:
    rights = TaskCredentials(issuer(run.options, role_arn))
    run.undo.callback(rights.close)
    child = run.supervisor.start(bridge.program(run.options, container, rights.environment()))
    run.supervisor.wait(
        bridge.health_file(run.options).exists,
        "The bridge",
        timeout_s=_READY_TIMEOUT_S,
        seen=child.tail,
    )


def _await_heartbeat(run: Run, outputs: Outputs) -> None:
    url = f"{outputs.api_url}/heartbeat"
    answers: list[str] = []

    def alive() -> bool:
        try:
            answer = call("GET", url)
        except OSError as error:
            answers.append(f"    {error}")
            return False
        answers.append(f"    {answer.status} {answer.body}")
        return answer.status == 200

    run.supervisor.wait(alive, f"GET {url}", timeout_s=_READY_TIMEOUT_S, seen=lambda: answers[-1])


def _tell(options: Options, outputs: Outputs, progress: Progress) -> None:
    exchange = "simulated" if options.exchange is ExchangeKind.SIMULATOR else "another may speak"
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
