"""tlswrapper alone: command line, environment, descriptors, exit statuses, ends of either side."""
import os
import signal
import socket

import pytest

import chain
from harness import floods
from harness.client import tls_context
from harness.process import run
from harness.procfs import memory_holds
from harness.waiting import until

PROXY = b"PROXY TCP4 192.0.2.7 198.51.100.9 4711 25\r\n"


@pytest.fixture
def file(certificates):
    return str(certificates.get().both)


# Words, exit status, and whether Debian's differs on purpose (tls13 is ours alone, -p 2 too).
COMMAND_LINES = [
    ([], 100, True), (["-x"], 100, True), (["--help"], 100, True), (["-f"], 100, True), (["-t", "0", "true"], 100, True),
    (["-t", "86401", "true"], 100, True), (["-t", "x", "true"], 100, True), (["-f", "/missing", "true"], 100, True),
    (["-f", "/etc", "true"], 100, True), (["-d", "/missing", "true"], 100, True),
    (["-d", "/etc/passwd", "true"], 100, True), (["-c", "xxx", "true"], 100, True), (["-e", "xxx", "true"], 100, True),
    (["-m", "ssl3", "true"], 100, True), (["-p", "7", "true"], 100, True), (["-U", "xxx", "true"], 100, True),
    (["-U", "commonName", "true"], 100, True), (["-vQvq"], 100, True),
    (["-a", "/etc/passwd", "-a", "/etc/passwd", "true"], 100, True),
    (["-f", "/etc/passwd", "-f/etc/passwd", "-f", "/etc/passwd", "-f", "/etc/passwd", "-f", "/etc/passwd", "true"], 100,
     True),
    (["-t", "007", "true"], 100, False), (["-t", "10x", "true"], 100, False),
]


@pytest.mark.parametrize(("words", "status", "same"), COMMAND_LINES, ids=lambda value: str(value))
def test_faults_of_the_command_line(words, status, same):
    if chain.missing(chain.WRAPPERS["ours"]):
        pytest.skip("the helpers are not built (./dev build)")
    assert run([chain.WRAPPERS["ours"], *words])[0] == status
    if same and chain.usable("debian", chain.WRAPPERS):
        assert run([chain.WRAPPERS["debian"], *words])[0] == status


def test_the_usage_is_one_line_even_when_quiet(cells):
    status, text = run([chain.WRAPPERS["ours"], "-q"])
    assert (status, text.count("\n")) == (100, 1)
    assert text.startswith("usage: tlswrapper ")


@pytest.mark.root
@pytest.mark.parametrize("words", [["-J", "/missing"], ["-j", "nosuch"], ["-u", "nosuch"], ["-u", "root"]], ids=str)
def test_what_cannot_be_prepared_is_temporary(cells, file, words):
    assert run([chain.WRAPPERS["ours"], "-f", file, *words, "true"])[0] == 111


def test_the_environment_tells_the_connection_and_tls(cells):
    front = cells.start(helper=None, delayed=False, environment={"SSL_CLIENT_VERIFY": "SUCCESS", "OTHER": "kept"})
    with front.client(tls=tls_context("1.3")) as client:
        client.hello()
        remote = client.socket.getsockname()
    seen = front.environment()
    assert (seen["TCPREMOTEIP"], seen["TCPREMOTEPORT"], seen["TCPLOCALPORT"]) == (*map(str, remote), str(front.port))
    assert seen["SSL_PROTOCOL"] == "TLSv1.3"
    assert seen["SSL_TLS_SNI"] == "mail.example"
    assert seen["SSL_CLIENT_VERIFY"] == "NONE"
    assert seen["OTHER"] == "kept"
    assert seen["LOG_ID"]


@pytest.mark.parametrize(("delayed", "wanted"), [(False, {"0", "1", "2"}), (True, {"0", "1", "2", "5", "6"})])
def test_the_descriptors_of_the_program(cells, wrapper, delayed, wanted):
    front = cells.start(wrapper, None, delayed=delayed)
    with front.client(tls=not delayed) as client:
        client.hello()
    front.status()
    lines = (front.place / "descriptors").read_text(encoding="ascii").splitlines()
    pipes = {line.split()[0] for line in lines if "pipe:" in line}
    assert pipes == (wanted - {"6"} if wrapper == "debian" else wanted)


@pytest.mark.root
def test_an_account_for_the_program(cells):
    front = cells.start(helper=None, delayed=False, options=["-u", "nobody"],
                        program=["/bin/sh", "-c", "echo 220 $(id -un) $(id -G) $USER $HOME"])
    with front.client(tls=True) as client:
        assert client.reply().text == "nobody 65534 nobody /nonexistent"
    assert front.status() == 0


@pytest.mark.parametrize("said", [7, 0, 255])
def test_the_exit_status_is_the_programs(cells, wrapper, said):
    front = cells.start(wrapper, None, delayed=False)
    with front.client(tls=True) as client:
        client.hello()
        client.send(f"EXIT {said}\r\n")
        assert client.rest() == b""
    assert front.status() == said


def test_a_program_killed_by_a_signal_is_temporary(cells, wrapper):
    front = cells.start(wrapper, None, delayed=False)
    with front.client(tls=True) as client:
        client.hello()
        client.send("KILL\r\n")
        client.rest()
    assert front.status() == 111


def test_a_program_that_is_not_there_is_temporary(cells, wrapper):
    front = cells.start(wrapper, None, delayed=False, program=["/missing"])
    with front.client(tls=True) as client:
        assert client.rest() == b""
    assert front.status() == 111


@pytest.mark.parametrize("said", [b"EHLO plain\r\n", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b""], ids=str)
def test_no_program_without_a_handshake(cells, wrapper, said):
    front = cells.start(wrapper, None, delayed=False)
    with front.client() as client:
        client.send(said)
        client.finish()
        client.rest()
    assert front.status() == 111
    assert front.started() == 0


def test_a_silent_client_is_sent_away(cells, wrapper):
    front = cells.start(wrapper, None, delayed=True, options=["-t", "1", "-T", "60"])
    with front.client() as client:
        client.hello()
        assert client.rest() == b""
    front.status()


def test_threats_20_to_23_floods_of_records_end_the_connection(cells):
    front = cells.start(helper=None, delayed=False)
    for count, name in enumerate(floods.NAMES, 1):
        with front.client() as client:
            floods.pour(client, floods.records(client, name))
            front.status(count)


def test_half_close_leaves_the_answer(cells):
    front = cells.start(helper=None, delayed=True, program=["/bin/sh", "-c", "cat >/dev/null; echo 250 all was heard"])
    with front.client() as client:
        client.send(b"something\r\n" * 100_000)
        client.finish()
        assert client.rest() == b"250 all was heard\n"
    assert front.status() == 0


def test_close_notify_answers_the_end_of_the_program(cells):
    front = cells.start(helper=None, delayed=False, program=["/bin/sh", "-c", "echo 220 bye"])
    with front.client(tls=True) as client:
        client.socket.suppress_ragged_eofs = False
        assert client.rest() == b"220 bye\n"
        assert client.socket.recv(1) == b""  # SSLEOFError without close_notify
    assert front.status() == 0


def test_much_passes_both_ways_at_once(cells):
    front = cells.start(helper=None, delayed=False, program=["/bin/cat"])
    block = os.urandom(1 << 20)
    with front.client(tls=True) as client:
        chain_of = bytearray()
        sender = [block[at:at + 65536] for at in range(0, len(block), 65536)]
        client.socket.settimeout(60)
        for piece in sender:
            client.send(piece)
            while len(chain_of) < len(piece) * (sender.index(piece) + 1):
                chain_of += client.socket.recv(65536)
        assert bytes(chain_of) == block


def test_terminate_ends_the_connection_and_waits_for_the_program(cells):
    front = cells.start(helper=None, delayed=True)
    with front.client() as client:
        client.hello()
        wrapper = next(one for one in front.processes() if one.name == "tlswrapper")
        os.kill(wrapper.pid, signal.SIGTERM)
        assert client.rest() == b""
    assert front.status() == 0


def test_a_proxy_header_tells_the_addresses(cells):
    front = cells.start(helper=None, delayed=True, options=["-p1"], prefix=["env", "TCPREMOTEHOST=the.proxy"])
    with front.client() as client:
        client.send(PROXY)
        client.hello()
    seen = front.environment()
    assert (seen["TCPREMOTEIP"], seen["TCPREMOTEPORT"], seen["TCPLOCALIP"]) == ("192.0.2.7", "4711", "198.51.100.9")
    assert "TCPREMOTEHOST" not in seen


@pytest.mark.parametrize("said", [b"EHLO x\r\n", b"PROXY TCP4 1.2.3.4\r\n", b"PROXY TCP4 1"])
def test_a_bad_proxy_header_is_refused(cells, said):
    front = cells.start(helper=None, delayed=True, options=["-p", "1", "-T", "1"])
    with front.client() as client:
        client.send(said)
        client.rest()
    assert front.status() == 100
    assert front.started() == 0


def test_descriptor_5_must_be_free(cells, file):
    words = [chain.WRAPPERS["ours"], "-n", "-f", file, "true"]
    assert run(["sh", "-c", 'exec "$@" 5>/dev/null', "sh", *words])[0] == 111


def test_client_certificates_are_required_with_anchors(cells, certificates):
    one = certificates.get("client.example")
    front = cells.start(helper=None, delayed=False, options=["-a", one.cert])
    context = tls_context("1.2")
    context.load_cert_chain(one.cert, one.key)
    with front.client(tls=context) as client:
        client.hello()
    assert front.environment()["SSL_CLIENT_VERIFY"] == "SUCCESS"
    with front.client() as client:
        with pytest.raises((OSError, socket.error)):
            client.secure(tls_context("1.2"))
    assert front.status(count=2) == 111


@pytest.mark.root
def test_both_processes_are_jailed_before_the_first_octet(cells):
    """Debian's key process is root during the whole clear phase."""
    front = cells.start(helper=None, delayed=True)
    with front.client() as client:
        def jailed():
            return [one for one in front.processes() if one.name == "tlswrapper" and one.seccomp_filtered]
        found = until(lambda: len(jailed()) == 2 and jailed(), "two jailed processes")
        client.hello()
        assert len({tuple(one.uids) for one in found}) == 2
        for one in found:
            assert 0 not in one.uids | one.gids and len(one.uids) == 1
            assert one.capabilities == 0 and one.no_new_privs
            assert one.root == "/var/lib/tlswrapper/empty"
            assert one.limit("Max processes") == 0 and one.limit("Max core file size") == 0
        assert not [one for one in front.processes() if one.name == "tlswrapper" and not one.seccomp_filtered]


@pytest.mark.root
def test_heartbleed_cve_2014_0160_no_key_in_the_process_that_hears_the_client(cells, certificates):
    numbers = certificates.get().secret_numbers()
    in_openssl = [number[::-1] for number in numbers]  # its words have the least octet first
    text = certificates.get().key.read_bytes().splitlines()[1]
    front = cells.start(helper=None, delayed=False)
    with front.client(tls=True) as client:
        client.hello()
        ours = [one for one in front.processes() if one.name == "tlswrapper"]
        hears = [one for one in ours if one.sockets()]
        keeps = [one for one in ours if not one.sockets()]
        assert len(hears) == len(keeps) == 1
        assert not memory_holds(hears[0].pid, [*numbers, *in_openssl, text])
        assert memory_holds(keeps[0].pid, in_openssl)
