"""`make up`: starts everything in order, prints where it is, watches it, and stops it in order.

Parts that do not need each other start at the same time. Whatever goes wrong, no process stays.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from local import bridge, broker, cloud, deploy, resources, simulator
from local.deploy import Outputs
from local.options import BridgeKind, BrokerKind, CannotRun, ExchangeKind, Options, Stopped
from local.processes import Progress, Supervisor
from local.tools import require_installed

_READY_TIMEOUT_S: Final = 60
_REQUEST_TIMEOUT_S: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its options, its children, its progress, and the clean-up at its end."""

    options: Options
    supervisor: Supervisor
    progress: Progress
    clean_up: ExitStack


def up(options: Options) -> int:
    """Run until asked to stop (exit status 0) or until something fails (1)."""
    progress = Progress()
    supervisor = Supervisor(options.logs, progress)
    with resources.held(options.lock), ExitStack() as clean_up:
        clean_up.callback(supervisor.stop)
        clean_up.callback(options.outputs.unlink, missing_ok=True)
        supervisor.handle_signals()
        run = Run(options=options, supervisor=supervisor, progress=progress, clean_up=clean_up)
        try:
            outputs = _start(run)
            outputs.write(options)
            _print_addresses(options, outputs, progress)
            supervisor.watch()
        except Stopped:
            progress.say("Stopping …")
            return 0
        except CannotRun as error:
            progress.say(f"✗ {error}")
        except (BotoCoreError, ClientError) as error:
            progress.say(
                f"✗ A call to the local cloud failed: {error}\n  Its log and those of its "
                f"functions: {options.logs}"
            )
        cloud.save_function_logs(options)
    return 1


def _start(run: Run) -> Outputs:
    _check_resources(run.options)
    account = broker.credentials(run.options)
    _start_cloud_and_broker(run, account)
    _deploy(run)
    stacks = deploy.stack_outputs(run.options)
    container = bridge.container_environment(run.options)
    outputs = Outputs.of(run.options, stacks, bridge.topics(container), account)
    with run.progress.step("broker's secret, the site's files"):
        cloud.client("secretsmanager", run.options.cloud_url).put_secret_value(
            SecretId=deploy.required(stacks, "MqttSecretArn"), SecretString=account.as_secret()
        )
        deploy.upload_site(run.options, stacks, outputs)
    with run.progress.step("bridge, exchange, first heartbeat"):
        if run.options.bridge is BridgeKind.PROCESS:
            _start_bridge(run, container, deploy.required(stacks, "BridgeTaskRoleArn"))
        # After the bridge has subscribed: the built-in broker keeps no session over its own
        # restart, and the exchange begins with the prices of the last day.
        if run.options.exchange is ExchangeKind.SIMULATOR:
            run.supervisor.start_service(
                simulator.program(run.options, outputs.mqtt_url, outputs.topics)
            )
        _await_heartbeat(run, outputs)
    return outputs


def _check_resources(options: Options) -> None:
    options.outputs.unlink(missing_ok=True)
    resources.require_free(options.cloud_port, "the local cloud", "CLOUD_PORT")
    if options.broker is not BrokerKind.NONE:
        resources.require_free(options.mqtt_port, "the MQTT broker", "MQTT_PORT")
    require_installed()


def _start_cloud_and_broker(run: Run, account: broker.Credentials) -> None:
    with run.progress.step("local cloud and broker"):
        child = run.supervisor.start_service(cloud.program(run.options))
        if run.options.broker is not BrokerKind.NONE:
            _start_broker(run, account)
        run.supervisor.wait(
            lambda: cloud.is_ready(run.options),
            "The local cloud",
            timeout_s=_READY_TIMEOUT_S,
            details=child.tail,
        )


def _start_broker(run: Run, account: broker.Credentials) -> None:
    child = run.supervisor.start_service(broker.program(run.options, account))
    run.supervisor.wait(
        lambda: resources.answers(run.options.mqtt_port),
        "The broker",
        timeout_s=_READY_TIMEOUT_S,
        details=child.tail,
    )


def _deploy(run: Run) -> None:
    options, supervisor = run.options, run.supervisor
    with run.progress.step("synthesis of the stacks"):
        synth = supervisor.start_task(deploy.synth(options))
        if not deploy.is_bootstrapped(options):
            task = supervisor.start_task(deploy.bootstrap(options))
            supervisor.finish(task, timeout_s=deploy.SYNTH_TIMEOUT_S, errors_in=deploy.errors_in)
        supervisor.finish(synth, timeout_s=deploy.SYNTH_TIMEOUT_S, errors_in=deploy.errors_in)
    with run.progress.step("cdk deploy"):
        task = supervisor.start_task(deploy.deploy(options))
        supervisor.finish(task, timeout_s=deploy.DEPLOY_TIMEOUT_S, errors_in=deploy.errors_in)


def _start_bridge(run: Run, container: dict[str, str], role_arn: str) -> None:
    credentials = bridge.TaskCredentials(bridge.session_source(run.options, role_arn))
    run.clean_up.callback(credentials.close)
    child = run.supervisor.start_service(
        bridge.program(run.options, container, credentials.environment())
    )
    run.supervisor.wait(
        lambda: bridge.is_connected(run.options),
        "The bridge",
        timeout_s=_READY_TIMEOUT_S,
        details=child.tail,
    )


def _await_heartbeat(run: Run, outputs: Outputs) -> None:
    url = f"{outputs.api_url}/heartbeat"
    last_answer = ""

    def is_alive() -> bool:
        nonlocal last_answer
        try:
            response = urllib3.request("GET", url, retries=False, timeout=_REQUEST_TIMEOUT_S)
        except urllib3.exceptions.HTTPError as error:
            last_answer = f"    {error}"
            return False
        last_answer = f"    {response.status} {response.data.decode(errors='replace')}"
        return response.status == 200

    run.supervisor.wait(
        is_alive, f"GET {url}", timeout_s=_READY_TIMEOUT_S, details=lambda: last_answer
    )


def _print_addresses(options: Options, outputs: Outputs, progress: Progress) -> None:
    is_simulated = options.exchange is ExchangeKind.SIMULATOR
    exchange = "simulated" if is_simulated else "none; publish on its topics yourself"
    progress.say(f"""
Everything is running, after {progress.total_s:.0f} s.
  site      {outputs.site_url}
  API       {outputs.api_url}
  cloud     {outputs.aws_endpoint_url} (access key and secret: test)
  broker    {options.broker_url} ({options.broker}; user and password are in {options.outputs})
  exchange  {exchange}
  logs      {options.logs}

Try `make demo` in another terminal. After signing up on the site: `make confirm EMAIL=…`.
Ctrl-C stops everything and keeps the data; `make clean` deletes it.""")
