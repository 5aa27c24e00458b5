"""aiosmtpd behind PROXY headers, in a thread of its own; keeps what each header said and each message."""
import asyncio
import threading

from aiosmtpd.smtp import SMTP

from harness.waiting import free_port


class Aiosmtpd:
    def __init__(self):
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        self.headers, self.envelopes = [], []
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._server = None
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        assert started.wait(20)

    def _run(self, started):
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(self._loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, proxy_protocol_timeout=10, loop=self._loop, ident="aiosmtpd"),
            "127.0.0.1", self.port))
        started.set()
        self._loop.run_forever()

    async def handle_PROXY(self, _server, _session, _envelope, data):  # pylint: disable=invalid-name
        self._keep(self.headers, data)
        return True

    async def handle_DATA(self, _server, _session, envelope):  # pylint: disable=invalid-name
        self._keep(self.envelopes, envelope)
        return "250 2.0.0 kept"

    def _keep(self, kept, one):
        with self._changed:
            kept.append(one)
            self._changed.notify_all()

    def header(self, count=1):
        """The `count`-th header that arrived."""
        return self._wait(self.headers, count)

    def envelope(self, count=1):
        return self._wait(self.envelopes, count)

    def _wait(self, kept, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(kept) >= count, 20), f"{len(kept)} of {count} arrived"
            return kept[count - 1]

    def close(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
