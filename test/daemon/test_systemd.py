"""What the service manager is told, and the sockets and credentials it lends: the test plays its part."""
import signal
import socket
import sys

import pytest

from harness.client import Client
from harness.waiting import DEADLINE, free_port


class InitSystem:
    """Our end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(DEADLINE)

    def heard(self):
        """The next message as a dictionary."""
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))

    def waits_for(self, name):
        while True:
            message = self.heard()
            if name in message:
                return message


@pytest.fixture
def init(place):
    one = InitSystem(place / "notify")
    yield one
    one.socket.close()


# Opens sockets at descriptors 3, 4, ..., says so and becomes the program. A port with a minus does not listen.
PASS = """
import os, socket, sys
names, ports = sys.argv[1].split(":"), sys.argv[2].split(":")
made = [socket.socket() for _ in ports]
high = [os.dup2(one.fileno(), 100 + number) for number, one in enumerate(made)]
for number, port in enumerate(ports):
    made[number].bind(("127.0.0.1", abs(int(port))))
    if int(port) > 0:
        made[number].listen()
for number, _ in enumerate(ports):
    os.dup2(100 + number, 3 + number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(ports)), LISTEN_FDNAMES=":".join(names))
os.execv(sys.argv[3], sys.argv[3:])
"""


def passing(**sockets):
    """The words before a command that pass it a listening socket for each NAME=PORT."""
    return [sys.executable, "-c", PASS, ":".join(sockets), ":".join(map(str, sockets.values()))]


def test_start_reload_and_stop_are_told(serve, init):
    front = serve(environment={"NOTIFY_SOCKET": init.path}, options="--timeout-drain 100s")
    assert init.heard() == {"READY": "1", "STATUS": "serving"}
    front.reload()
    reloading = init.heard()
    assert reloading["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) > 0
    assert init.heard()["READY"] == "1"
    front.tell(signal.SIGTERM)
    stopping = init.heard()
    assert stopping["STOPPING"] == "1" and int(stopping["EXTEND_TIMEOUT_USEC"]) > 100_000_000
    assert front.wait() == 0


def test_a_reload_that_fails_is_told_and_the_service_stays_ready(serve, init, place):
    config = place / "ehlock.toml"
    config.write_text("max.errors = 3\n", encoding="ascii")
    front = serve(environment={"NOTIFY_SOCKET": init.path}, options=["--config", config])
    init.waits_for("READY")
    config.write_text("max.errors = 'many'\n", encoding="ascii")
    front.reload()
    init.waits_for("RELOADING")
    message = init.waits_for("READY")
    assert "the last reload failed" in message["STATUS"]


def test_the_watchdog_is_fed(serve, init):
    serve(environment={"NOTIFY_SOCKET": init.path, "WATCHDOG_USEC": "100000"})
    init.waits_for("WATCHDOG")
    init.waits_for("WATCHDOG")


def test_passed_sockets_are_served_by_their_names(serve):
    smtp, submissions = free_port(), free_port()
    front = serve(listen_tls=[], under=passing(smtp=smtp, submissions=submissions))
    front.wait_for(rf"listening on \[127\.0\.0\.1\]:{smtp} \(STARTTLS\)")
    with Client(("127.0.0.1", smtp)) as client:
        assert "STARTTLS" in client.hello().keywords
    with Client(("127.0.0.1", submissions), tls=True) as client:
        client.hello()
    assert front.reload() == "reloaded"
    with Client(("127.0.0.1", submissions), tls=True) as client:
        client.hello()


def test_a_passed_socket_serves_the_listener_that_is_configured_for_its_address(serve):
    port = free_port()
    front = serve(listen_tls=[f"127.0.0.1:{port}"], under=passing(anything=port))
    front.wait_for(rf"listening on \[127\.0\.0\.1\]:{port} \(implicit TLS\)")
    with Client(("127.0.0.1", port), tls=True) as client:
        client.hello()


def test_a_passed_socket_that_does_not_listen_is_refused(serve):
    front = serve(under=passing(smtp=-free_port()), wait=False)
    front.wait_for(r'the service manager passed "smtp", which is no listening stream socket')
    assert front.wait() == 78


def test_credentials_hold_certificate_and_key(serve, certificates, place):
    used = certificates.get()
    folder = place / "credentials"
    folder.mkdir()
    for name, source in (("cert", used.cert), ("key", used.key)):
        (folder / name).write_bytes(source.read_bytes())
        (folder / name).chmod(0o400)
    front = serve(certs_used=[], environment={"CREDENTIALS_DIRECTORY": str(folder)},
                  options=["--cert", "$CREDENTIALS_DIRECTORY/cert", "--key", "$CREDENTIALS_DIRECTORY/key"])
    with front.tls_client() as client:
        client.hello()
