"""Backends: one of our own that records every byte, scripted ones that misbehave, aiosmtpd."""
import contextlib
import hashlib
import os
import socket
import threading

from harness.waiting import DEADLINE, free_port

KEYWORDS = ["PIPELINING", "SIZE 100000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]


class Connection:
    """A scripted backend's side of one connection. `received` keeps everything the front sent, byte for byte."""

    def __init__(self, connected):
        self.socket = connected
        self.socket.settimeout(DEADLINE * 3)
        if connected.family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self._unread = b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def _more(self):
        block = self.socket.recv(1 << 16)
        if len(self.received) < 1 << 20:
            self.received += block
        self._unread += block
        return bool(block)

    def line(self):
        """The next line without its end; None when the front closed."""
        while b"\n" not in self._unread:
            if not self._more():
                return None
        line, self._unread = self._unread.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "backslashreplace")

    def exactly(self, count):
        while len(self._unread) < count:
            if not self._more():
                return None
        data, self._unread = self._unread[:count], self._unread[count:]
        return data

    def body(self):
        """The message up to CRLF.CRLF, as sent (stuffed), without the final dot; None when it broke off."""
        data = bytearray()
        while True:
            data += self._unread
            self._unread = b""
            if data.startswith(b".\r\n"):
                end, skip = 0, 3
            else:
                end, skip = data.find(b"\r\n.\r\n", max(0, len(data) - (1 << 17))) + 2, 3
            if end != 1:
                self._unread = bytes(data[end + skip:])
                return bytes(data[:end])
            if not self._more():
                return None

    def until_closed(self):
        with contextlib.suppress(OSError):
            while self._more():
                pass


class Server:
    """Listens (TCP, or a UNIX socket with path=...) and plays `script(connection)` for each connection, in a thread."""

    def __init__(self, script, path=None, host="127.0.0.1"):
        self.connections = []
        self.script = script
        self._changed = threading.Condition()
        if path:
            self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.listener.bind(str(path))
            os.chmod(path, 0o777)
            self.endpoint = f"unix:{path}"
        else:
            self.port = free_port(host)
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self.listener = socket.socket(family, socket.SOCK_STREAM)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind((host, self.port))
            self.endpoint = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.listener.listen(512)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connected, _ = self.listener.accept()
            except OSError:
                return
            one = Connection(connected)
            with self._changed:
                self.connections.append(one)
                self._changed.notify_all()
            threading.Thread(target=self._play, args=(one,), daemon=True).start()

    def _play(self, connection):
        with contextlib.suppress(OSError, ValueError):
            self.script(connection)
        with contextlib.suppress(OSError):
            connection.socket.shutdown(socket.SHUT_RDWR)
        connection.socket.close()

    def connected(self, count=1):
        """Waits for the `count`-th connection and returns it."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.connections) >= count, DEADLINE), "nobody connected"
            return self.connections[count - 1]

    def close(self):
        """Stops listening and cuts every connection."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in list(self.connections):
            with contextlib.suppress(OSError):
                one.socket.shutdown(socket.SHUT_RDWR)


class Message:
    def __init__(self, sender, recipients, raw, chunks):
        self.sender, self.recipients, self.chunks = sender, recipients, chunks
        self.raw = raw  # as it was on the wire: stuffed for DATA, the octets of all chunks for BDAT

    @property
    def sha256(self):
        return hashlib.sha256(self.raw).hexdigest()


class Recorder(Server):
    """A whole, polite SMTP server. `commands` has every line of every session; `messages` each message's wire bytes.

    answers: verb -> reply instead of the usual one ("451 4.0.0 no"), or a function of (connection, line) -> reply.
    """

    def __init__(self, keywords=tuple(KEYWORDS), answers=None, greeting="220 backend.example ESMTP recorder", **where):
        self.keywords, self.answers, self.greeting = list(keywords), dict(answers or {}), greeting
        self.commands, self.messages, self.sessions = [], [], []
        super().__init__(self._serve, **where)

    def wait_messages(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, DEADLINE * 2), \
                f"{len(self.messages)} of {count} messages arrived"
            return self.messages

    def wait_command(self, text, count=1):
        with self._changed:
            assert self._changed.wait_for(lambda: self.commands.count(text) >= count, DEADLINE), \
                f"{text!r} was not said; heard: {self.commands[-20:]}"

    def _store(self, message):
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def _serve(self, connection):
        state = {"sender": "", "recipients": [], "chunks": []}
        said = []
        self.sessions.append(said)
        connection.send(self.greeting + "\r\n")
        while True:
            line = connection.line()
            if line is None:
                return
            said.append(line)
            with self._changed:
                self.commands.append(line)
                self._changed.notify_all()
            verb = line.split(" ")[0].upper()
            answer = self.answers.get(verb)
            if callable(answer):
                answer = answer(connection, line)
            elif answer is None:
                answer = getattr(self, "_" + verb.lower(), self._unknown)(connection, line, state)
            if answer is None:
                return
            connection.send(answer + "\r\n")
            if verb == "QUIT":
                return

    def _unknown(self, _connection, _line, _state):
        return "500 5.5.2 unknown to the recorder"

    def _ehlo(self, _connection, line, state):
        self._rset(None, line, state)
        lines = ["backend.example greets " + line[5:]] + self.keywords
        return "\r\n".join([f"250-{one}" for one in lines[:-1]] + [f"250 {lines[-1]}"])

    def _helo(self, _connection, line, state):
        self._rset(None, line, state)
        return "250 backend.example"

    def _rset(self, _connection, _line, state):
        state.update(sender="", recipients=[], chunks=[])
        return "250 2.0.0 flushed"

    def _noop(self, *_):
        return "250 2.0.0 ok"

    def _vrfy(self, *_):
        return "252 2.0.0 try it"

    def _quit(self, *_):
        return "221 2.0.0 bye"

    def _auth(self, connection, line, _state):
        if len(line.split(" ")) < 3:
            connection.send("334 \r\n")
            connection.line()
        return "235 2.7.0 welcome"

    def _mail(self, _connection, line, state):
        if state["sender"]:
            return "503 5.5.1 nested MAIL"
        state["sender"] = line[10:]
        return "250 2.1.0 sender ok"

    def _rcpt(self, _connection, line, state):
        if not state["sender"]:
            return "503 5.5.1 MAIL first"
        if "nobody@" in line:
            return "550 5.1.1 no such user"
        state["recipients"].append(line[8:])
        return "250 2.1.5 recipient ok"

    def _data(self, connection, line, state):
        if not state["recipients"]:
            return "503 5.5.1 RCPT first"
        connection.send("354 go on\r\n")
        raw = connection.body()
        if raw is None:
            return None
        self._store(Message(state["sender"], state["recipients"], raw, 0))
        self._rset(None, line, state)
        return f"250 2.0.0 taken {len(raw)}"

    def _bdat(self, connection, line, state):
        if "CHUNKING" not in self.keywords:
            return self._unknown(connection, line, state)  # and its octets are commands, as for any such server
        words = line.split(" ")
        data = connection.exactly(int(words[1]))
        if data is None:
            return None
        if not state["recipients"]:
            return "503 5.5.1 RCPT first"
        state["chunks"].append(data)
        if words[-1].upper() == "LAST":
            self._store(Message(state["sender"], state["recipients"], b"".join(state["chunks"]), len(state["chunks"])))
            self._rset(None, line, state)
        return f"250 2.0.0 {len(data)} octets"


def aiosmtpd(**options):
    """A running aiosmtpd that keeps messages: (controller, list of envelopes, endpoint)."""
    from aiosmtpd.controller import Controller

    kept = []

    class Keeper:
        async def handle_DATA(self, _server, _session, envelope):  # pylint: disable=invalid-name
            kept.append(envelope)
            return "250 2.0.0 kept"

    port = free_port()
    controller = Controller(Keeper(), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **options)
    controller.start()
    return controller, kept, f"127.0.0.1:{port}"
