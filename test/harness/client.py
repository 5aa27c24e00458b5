"""An SMTP client of raw bytes: nothing is added, hidden or retried."""
import contextlib
import socket
import ssl
import threading

from harness.waiting import DEADLINE


class Reply:
    """A whole reply: code, its lines without code, and the bytes as they came."""

    def __init__(self, raw_lines):
        self.raw = b"".join(raw_lines)
        self.code = int(raw_lines[-1][:3])
        self.lines = [line[4:].rstrip(b"\r\n").decode("utf-8", "backslashreplace") for line in raw_lines]

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def keywords(self):
        """Of an EHLO reply: upper-case keyword -> its parameters."""
        return {line.split(" ")[0].upper(): line.split(" ")[1:] for line in self.lines[1:]}

    def __repr__(self):
        return repr(self.raw)


def client_hello():
    """The record of a ClientHello, for who takes it apart."""
    outgoing = ssl.MemoryBIO()
    tls = tls_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="mail.example")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def tls_context(version=None, ca=None, **options):
    """A client context that verifies only with `ca`; version pins the protocol ("1.2", "1.3")."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ca)
    if version:
        pinned = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        context.minimum_version = context.maximum_version = pinned
    for name, value in options.items():
        if name == "ciphers":
            context.set_ciphers(value)
        else:
            setattr(context, name, value)
    return context


class Client:
    """One connection. `address`: (host, port) or a UNIX socket's path. tls=True or a context: implicit TLS.
    source: our address, any of 127.0.0.0/8. header: what a balancer says before all else."""

    def __init__(self, address, tls=None, name="mail.example", session=None, seconds=DEADLINE, source=None, header=b""):
        if isinstance(address, (str, bytes)):
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(seconds)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address, seconds, source_address=(source, 0) if source else None)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        if header:
            self.send(header)
        if tls:
            self.secure(tls if tls is not True else None, name, session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.close()

    def secure(self, context=None, name="mail.example", session=None):
        """The handshake. Bytes that came before it are a response injection: there must be none."""
        assert self._unread == b"", f"bytes of before the handshake: {self._unread!r}"
        self.socket = (context or tls_context()).wrap_socket(self.socket, server_hostname=name, session=session)

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def _more(self):
        block = self.socket.recv(65536)
        self._unread += block
        return bool(block)

    def line(self):
        """The next line with its end; empty when the connection ended."""
        while b"\n" not in self._unread:
            if not self._more():
                rest, self._unread = self._unread, b""
                return rest
        line, self._unread = self._unread.split(b"\n", 1)
        return line + b"\n"

    def reply(self):
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        assert lines[-1][:3].isdigit(), f"no reply but {lines!r}"
        return Reply(lines)

    def command(self, text):
        """Sends a line, reads its reply."""
        self.send((text if isinstance(text, bytes) else text.encode()) + b"\r\n")
        return self.reply()

    def expect(self, text, code):
        """The same, and the reply's code is `code`."""
        reply = self.command(text)
        assert reply.code == code, f"{text!r} was answered {reply!r}, not {code}"
        return reply

    def hello(self, name="client.example"):
        """Greeting and EHLO; returns the EHLO reply."""
        greeting = self.reply()
        assert greeting.code == 220, greeting
        return self.expect(f"EHLO {name}", 250)

    def starttls(self, context=None, name="mail.example", session=None):
        self.expect("STARTTLS", 220)
        self.secure(context, name, session)

    def mail(self, body, sender="a@client.example", recipients=("b@mail.example",)):
        """One transaction with DATA; `body` is sent as it is (dot-stuffed by the caller) with CRLF.CRLF behind."""
        self.expect(f"MAIL FROM:<{sender}>", 250)
        for recipient in recipients:
            self.expect(f"RCPT TO:<{recipient}>", 250)
        self.expect("DATA", 354)
        self.send(body)
        self.send(b".\r\n")
        return self.reply()

    def rest(self):
        """Everything until the connection ends; a reset counts as its end."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while self._more():
                pass
        rest, self._unread = self._unread, b""
        return rest

    def finish(self):
        """Half-close: no more bytes from us."""
        self.socket.shutdown(socket.SHUT_WR)

    @property
    def tls_version(self):
        return self.socket.version()

    @property
    def peer_der(self):
        return self.socket.getpeercert(binary_form=True)


def stuffed(message):
    """RFC 5321 §4.5.2."""
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in message.split(b"\r\n"))


def at_once(count, work):
    """Runs work(number) in `count` threads; returns the results in order, raises the first failure."""
    results, failures = [None] * count, []

    def one(number):
        try:
            results[number] = work(number)
        except BaseException as failure:  # pylint: disable=broad-except
            failures.append(failure)

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if failures:
        raise failures[0]
    assert not any(thread.is_alive() for thread in threads), "sessions still hang"
    return results
