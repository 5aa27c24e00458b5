"""The pair as the manual pages start it: under each super-server, with real SMTP programs behind it."""
import os
import shutil
from pathlib import Path

import pytest

import chain
import peers
from harness.client import Client
from harness.process import Program, run
from harness.waiting import free_port, until
from peers import exim, programs

pytestmark = pytest.mark.root


class Host(Program):
    """A super-server that starts `words` for each connection to `port`. Its lines are what the words log, where they can."""

    def __init__(self, place, words):
        self.place, self.port = place, free_port()
        super().__init__(self.command([str(word) for word in words]), place)
        until(self.listens, "the super-server listens")

    def listens(self):
        return f"127.0.0.1:{self.port} " in run(["ss", "-Hltn"])[1]

    def command(self, words):
        raise NotImplementedError


class Tcpserver(Host):
    """As the manual page has it, with its limits."""
    def command(self, words):
        peers.needed("softlimit", "tcpserver")
        return ["softlimit", "-m", "64000000", "-f", "100000000", "tcpserver", "-HRDl0", "127.0.0.1", self.port, *words]


class Tcpsvd(Host):
    def command(self, words):
        peers.needed("tcpsvd")
        return ["tcpsvd", "-E", "127.0.0.1", self.port, *words]


class Inetd(Host):
    """OpenBSD's. Standard error of what it starts is the connection."""
    def command(self, words):
        inetd, = peers.needed("inetd")
        configuration = self.place / "inetd.conf"
        configuration.write_text(f"127.0.0.1:{self.port} stream tcp nowait root {words[0]} {Path(words[0]).name} {' '.join(words[1:])}\n",
                                 encoding="ascii")
        return [inetd, "-i", configuration]


class SocketActivation(Host):
    """systemd's Accept=yes with StandardInput=socket, without a service manager."""
    def command(self, words):
        peers.needed("systemd-socket-activate")
        return ["systemd-socket-activate", "-l", f"127.0.0.1:{self.port}", "-a", "--inetd", *words]


HOSTS = [Tcpserver, Tcpsvd, Inetd, SocketActivation]


def smtpfront(place):
    return programs.smtpfront(place), lambda: None


def exim_bs(place):
    peers.needed("exim4")
    folder = place / "exim"

    def arrived():
        until(lambda: len(list((folder / "input").glob("*-H"))) == 2, "both messages in Exim's queue")
    return exim.session_program(folder), arrived


def sendmail_bs(place):
    program, maildrop = programs.sendmail(place)

    def arrived():
        until(lambda: len([one for one in maildrop.iterdir() if one.is_file()]) == 2, "both messages in Postfix's maildrop")
    return program, arrived


@pytest.fixture
def pair(cells, certificates):
    del cells  # it skips where there are no helpers

    def words(program, *options, wrapper="ours", helper="ours"):
        return [chain.WRAPPERS[wrapper], "-v", "-n", "-f", certificates.get().both, *options, chain.HELPERS[helper], "-v", "-u",
                "nobody", program]
    return words


@pytest.mark.parametrize("program", [smtpfront, exim_bs, sendmail_bs], ids=lambda one: one.__name__)
@pytest.mark.parametrize("host", HOSTS, ids=lambda one: one.__name__)
def test_mail_in_clear_and_inside_tls(place, pair, host, program):
    started, arrived = program(place)
    front = host(place, pair(started))
    chain.send_by_swaks(front.port)
    chain.send_by_swaks(front.port, "-tls")
    arrived()


def test_debians_pair_does_the_same_under_tcpserver(place, pair):
    if not (chain.usable("debian", chain.WRAPPERS) and chain.usable("debian", chain.HELPERS)):
        pytest.skip("Debian's tlswrapper is not installed")
    front = Tcpserver(place, pair(smtpfront(place)[0], wrapper="debian", helper="debian"))
    chain.send_by_swaks(front.port)
    chain.send_by_swaks(front.port, "-tls")


def test_without_an_environment_the_socket_tells_the_addresses(place, pair):
    shutil.copy(shutil.which("env"), place / "program")
    os.chmod(place / "program", 0o755)
    front = Inetd(place, [chain.WRAPPERS["ours"], "-n", place / "program"])
    with Client(("127.0.0.1", front.port)) as client:
        assert f"TCPREMOTEPORT={client.socket.getsockname()[1]}".encode() in client.rest()
