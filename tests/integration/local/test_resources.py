"""Ports, the lock and the deletion of a run's data: every error says what to do."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local.deploy import Outputs
from local.options import HOST, ROOT, CannotRun, Options
from local.resources import clean, held, holder, is_free, is_held, require_free, write_private


def test_a_taken_port_is_refused_with_its_owner_and_an_alternative() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(CannotRun) as raised:
            require_free(port, "the local cloud", "CLOUD_PORT")

    assert f"Port {port}, meant for the local cloud, is taken by " in str(raised.value)
    assert f"(process {os.getpid()})" in str(raised.value)
    assert f"make up CLOUD_PORT={port + 1}" in str(raised.value)


def test_a_port_that_is_taken_on_all_addresses_is_taken_on_loopback() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_free_port_is_free(options: Options) -> None:
    require_free(options.cloud_port, "the local cloud", "CLOUD_PORT")
    assert holder(options.cloud_port) is None


def test_only_one_run_per_state_folder(options: Options) -> None:
    with held(options.lock):
        assert is_held(options.lock)
        with (
            pytest.raises(
                CannotRun,
                match=f"already running with this state folder \\(process {os.getpid()}\\)",
            ),
            held(options.lock),
        ):
            pass
    assert not is_held(options.lock)


def test_a_killed_run_leaves_no_lock_behind(options: Options) -> None:
    code = (
        "import sys, time; from pathlib import Path; from local.resources import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(options.lock)], stdout=subprocess.PIPE, cwd=ROOT
    ) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == b"held\n"
        assert is_held(options.lock)
        owner.send_signal(signal.SIGKILL)
    assert not is_held(options.lock)


def test_up_refuses_a_taken_port_and_leaves_nothing_behind(options: Options) -> None:
    with socket.create_server((HOST, options.mqtt_port)):
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "local", "--state", str(options.state)),
                *("--cloud-port", str(options.cloud_port)),
                *("--mqtt-port", str(options.mqtt_port), "up"),
            ],
            capture_output=True,
            text=True,
            timeout=20,
            cwd=ROOT,
        )

    assert ended.returncode == 1
    assert f"Port {options.mqtt_port}, meant for the MQTT broker, is taken" in ended.stdout
    assert not is_held(options.lock)
    assert not options.outputs.exists()
    assert is_free(options.cloud_port)


def test_commands_say_so_when_nothing_is_running(options: Options) -> None:
    with pytest.raises(CannotRun, match="Nothing is running"):
        Outputs.read(options)


def test_outputs_of_a_killed_run_are_ignored(options: Options) -> None:
    options.state.mkdir()
    options.outputs.write_text("{}")
    with pytest.raises(CannotRun, match="Nothing is running"):
        Outputs.read(options)


def test_clean_deletes_what_runs_have_created_and_nothing_else(options: Options) -> None:
    for name in ("cloud", "s3", "logs"):
        (options.state / name).mkdir(parents=True)
        (options.state / name / "file").touch()
    mine = options.state / "mine.txt"
    mine.touch()

    clean(options)

    assert list(options.state.iterdir()) == [mine]


def test_clean_is_refused_during_a_run(options: Options) -> None:
    with held(options.lock), pytest.raises(CannotRun, match="stop it first"):
        clean(options)


def test_private_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret.json"
    write_private(path, "one")
    write_private(path, "two")

    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
