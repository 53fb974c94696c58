"""`python -m local.webpay`: the stand-in for Webpay Plus, until SIGTERM or Ctrl-C."""

import signal
import threading
from random import Random
from typing import Annotated

import typer

from local.webpay.core import Faults
from local.webpay.server import Server


def main(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 4580,
    faults: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the calls that go wrong in some way.")
    ] = 0.0,
    seed: Annotated[int | None, typer.Option(help="Repeats tokens and faults.")] = None,
) -> None:
    """Serves the REST interface and the page to pay on."""
    rng = Random(seed)  # noqa: S311  # a stand-in that can be repeated
    server = Server(port, Faults(rng=rng, probability=faults))
    for number in (signal.SIGTERM, signal.SIGINT):
        # In another thread: shutdown waits for the loop, which this thread runs.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"serving on {server.url}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    typer.run(main)
