"""The bridge's network: a line to each neighbour that can be cut, with errors or with silence."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self

from local.options import HOST
from tests.chaos.plan import Cut

CHUNK_BYTES = 65_536


class Line:
    """Carries TCP connections from its own port to a neighbour's, until somebody cuts it."""

    def __init__(self, *, port: int, neighbour: int) -> None:
        self.port = port
        self.carried_bytes = 0
        self._neighbour = neighbour
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refusing = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._carry, HOST, self.port))
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self, how: Cut) -> None:
        """RESET: every connection breaks, and no new one is made. SILENCE: nothing moves."""
        if how is Cut.SILENCE:
            self._loop.call_soon_threadsafe(self._flowing.clear)
        else:
            self._loop.call_soon_threadsafe(self._reset)

    def restore(self) -> None:
        """Whatever was cut works again."""
        self._loop.call_soon_threadsafe(self._resume)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _reset(self) -> None:
        self._refusing = True
        for writer in self._open:
            writer.transport.abort()  # what it had still to say is lost

    def _resume(self) -> None:
        self._refusing = False
        self._flowing.set()

    async def _close(self) -> None:
        self._server.close()
        self._reset()
        self._flowing.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            if not self._refusing:
                await self._join(reader, writer)
        except OSError:  # one of the two is gone; the other shall know
            pass
        finally:
            self._tasks.discard(task)
            self._open.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(HOST, self._neighbour)
        self._open.add(far_writer)
        ways = [
            asyncio.ensure_future(self._pump(reader, far_writer)),
            asyncio.ensure_future(self._pump(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open.discard(far_writer)
            far_writer.close()
            writer.close()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
            self.carried_bytes += len(data)
