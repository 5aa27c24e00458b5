"""tlswrapper-smtp with the real postgrey, over TCP and over a UNIX socket: gone, slow, and back again."""
import getpass
import signal
import socket
import subprocess

import pytest

import chain
from harness.process import Program
from harness.waiting import free_port, until


class Postgrey:
    """A service that can be started again at the same place."""

    def __init__(self, place, kind):
        self.place, self.kind = place, kind
        self.port, self.path = free_port(), place / "postgrey.socket"
        self.endpoint = f"127.0.0.1:{self.port}" if kind == "tcp" else f"unix:{self.path}"
        self.program = None
        self.start()

    def start(self):
        if self.path.exists():
            self.path.unlink()
        where = f"--inet=127.0.0.1:{self.port}" if self.kind == "tcp" else f"--unix={self.path}"
        group = subprocess.check_output(["id", "-gn"], text=True).strip()
        self.program = Program(["postgrey", where, "--delay=2", f"--dbdir={self.place}", f"--user={getpass.getuser()}",
                                f"--group={group}", f"--pidfile={self.place}/pid"], self.place)
        until(self.answers, "postgrey answers")

    def answers(self):
        family, address = ((socket.AF_INET, ("127.0.0.1", self.port)) if self.kind == "tcp"
                           else (socket.AF_UNIX, str(self.path)))
        with socket.socket(family) as one:
            return one.connect_ex(address) == 0

    def kill(self):
        self.program.stop(signal.SIGKILL)


@pytest.fixture(params=["tcp", "unix"])
def postgrey(request, place):
    if not chain.have("postgrey"):
        pytest.skip("postgrey is not installed")
    return Postgrey(place, request.param)


@pytest.fixture
def session(cells, postgrey):
    """A client behind MAIL, in front of the helper with these options."""
    def start(*options):
        front = cells.start(None, "ours", helper_options=["-g", postgrey.endpoint, *options])
        client = front.client()
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        return front, client
    return start


def rcpt(client, name):
    return client.command(f"RCPT TO:<{name}@mail.example>")


def test_postgrey_defers_and_then_accepts(session):
    """With Debian's helper postgrey never defers: the question lacks client_name."""
    front, client = session()
    with client:
        first = rcpt(client, "one")
        assert first.code == 450 and "reylist" in first.text

    def accepted():
        with front.client() as again:
            again.hello()
            again.expect("MAIL FROM:<a@client.example>", 250)
            return rcpt(again, "one").code == 250
    until(accepted, "postgrey accepts after its delay")


@pytest.mark.parametrize(("option", "code", "status"), [("-C", 250, 0), ("-c", 451, 111)])
def test_killed_in_mid_session_and_started_again(session, postgrey, option, code, status):
    front, client = session(option)
    with client:
        assert rcpt(client, "one").code == 450
        postgrey.kill()
        assert rcpt(client, "two").code == code
        postgrey.start()
        assert rcpt(client, "three").code == 450
        client.expect("QUIT", 221)
    assert front.status() == status


@pytest.mark.parametrize(("option", "code"), [("-C", 250), ("-c", 451)])
def test_too_slow_and_then_answering_in_step_again(session, postgrey, option, code):
    """The late answer to one question is not taken for that to the next."""
    _, client = session("-T", "2", option)
    with client:
        assert rcpt(client, "postmaster").code == 250  # postgrey lets it pass
        postgrey.program.tell(signal.SIGSTOP)
        assert rcpt(client, "postmaster").code == code
        postgrey.program.tell(signal.SIGCONT)
        assert rcpt(client, "two").code == 450


def test_not_there_at_first(cells, postgrey):
    postgrey.kill()
    front = cells.start(None, "ours", helper_options=["-g", postgrey.endpoint])
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        assert rcpt(client, "one").code == 250
        postgrey.start()
        assert rcpt(client, "two").code == 450


@pytest.mark.root
def test_the_connector_is_jailed_and_has_no_connection_of_the_clients(session, postgrey):
    if postgrey.kind != "unix":
        pytest.skip("only a UNIX socket needs a connector")
    front, client = session()
    with client:
        rcpt(client, "one")
        helpers = [one for one in front.processes() if one.name == "tlswrapper-smtp"]
        assert len(helpers) == 2
        for one in helpers:
            assert 0 not in one.uids and one.capabilities == 0 and one.no_new_privs and one.seccomp_filtered
        assert sum(1 for one in helpers if one.sockets()) == 1
