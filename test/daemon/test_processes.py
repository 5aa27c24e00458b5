"""SECURITY.md's table (process, holds, may), against /proc of the running programs; and what dies with what."""
import os
import re
import signal
import ssl
from pathlib import Path

import pytest

from harness import procfs
from harness.client import Client, at_once, tls_context
from harness.procfs import memory_holds
from harness.waiting import free_port, until

root = pytest.mark.root


def jailed(front):
    roles = front.roles()
    return roles["worker"] + roles["key"]


def key_holders(front, certificate):
    """The roles in whose memory a private number stands, in either order of bytes."""
    numbers = certificate.secret_numbers()
    patterns = numbers + [number[::-1] for number in numbers]
    return {role for role, processes in front.roles().items()
            for process in processes if memory_holds(process.pid, patterns)}


def test_there_are_the_processes_of_the_design(serve):
    front = serve(workers=2)
    counts = {role: len(processes) for role, processes in front.roles().items()}
    assert counts["worker"] == 2 and counts["key"] == 1 and counts["supervisor"] == 1, counts


def test_the_exporter_is_jailed_and_holds_its_listener_only(serve, recorder):
    port = free_port()
    front = serve(f"--metrics 127.0.0.1:{port}")
    exporter = front.one("exporter")
    assert exporter.no_new_privs and exporter.seccomp_filtered and exporter.limit("Max processes") == 0
    if os.getuid() == 0:
        assert 0 not in exporter.uids and exporter.capabilities == 0 and not exporter.dumpable
        assert exporter.uids != front.one("worker").uids and exporter.uids != front.one("key").uids
    held = {name.strip("socket:[]") for name in exporter.descriptors().values() if name.startswith("socket:")}
    table = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    with front.secured() as client:
        client.expect("NOOP", 250)
        assert [words[1].split(":")[1] for words in table if words[9] in held] == [f"{port:04X}"]
    assert all(re.match(r"socket:|/dev/null|pipe:|anon_inode:", name) for name in exporter.descriptors().values())


@root
def test_jailed_processes_have_left_root(serve):
    front = serve()
    for process in jailed(front):
        assert 0 not in process.uids and 0 not in process.gids, process.name
        assert process.numbers("Groups") in ([], list(process.gids)), process.name
        assert process.capabilities == 0, process.name


@root
def test_jailed_processes_are_in_an_empty_directory(serve):
    front = serve()
    for process in jailed(front):
        assert process.root != "/", process.name
        assert os.listdir(f"/proc/{process.pid}/root") == [], process.name


def test_jailed_processes_can_gain_nothing(serve):
    for process in jailed(serve()):
        assert process.no_new_privs and process.seccomp_filtered, process.name


@root
def test_jailed_processes_are_not_dumpable(serve):
    for process in jailed(serve()):
        assert not process.dumpable, process.name
        assert process.limit("Max core file size") == 0, process.name


def test_jailed_processes_have_limits(serve):
    for process in jailed(serve()):
        assert process.limit("Max processes") == 0, process.name


def test_the_user_can_be_chosen(serve):
    if os.getuid() != 0:
        pytest.skip("needs root: uid change is left out without it")
    import pwd
    nobody = pwd.getpwnam("nobody")
    for process in serve("--user nobody").roles()["worker"]:
        assert process.uids == {nobody.pw_uid} and process.gids == {nobody.pw_gid}, process.name


def test_the_key_process_holds_no_network_socket(serve):
    front = serve()
    key = front.one("key")
    assert key.sockets() == {}
    assert all(re.match(r"socket:|/dev/null|pipe:|anon_inode:", name) for name in key.descriptors().values()), \
        key.descriptors()


def test_slow_signatures_have_a_process_of_their_own_like_the_key_process(serve, recorder, certificates):
    front = serve(certs_used=[certificates.get(), certificates.get(kind="rsa")])
    key = front.one("key")
    slow, = until(lambda: procfs.children(key.pid), "the process of slow signatures")
    assert slow.uids == key.uids and slow.gids == key.gids and slow.root == key.root and slow.sockets() == {}
    assert slow.no_new_privs and slow.seccomp_filtered and slow.capabilities == 0 and slow.limit("Max processes") == 0
    assert os.sched_getscheduler(key.pid) == os.SCHED_BATCH and slow.niceness == min(key.niceness + 10, 19)
    only_rsa = tls_context("1.2", ciphers="ECDHE-RSA-AES128-GCM-SHA256")
    with front.secured(only_rsa) as client:
        client.expect("NOOP", 250)
    os.kill(slow.pid, signal.SIGKILL)
    front.wait_for(r"key process .* ended: exit status 1")
    with front.secured(only_rsa) as client:
        client.expect("NOOP", 250)


def test_keys_of_one_sort_need_no_process_of_slow_signatures(serve, certificates):
    front = serve(certs_used=[certificates.get(kind="rsa"), certificates.get("other.example", kind="rsa")])
    until(lambda: not procfs.children(front.one("key").pid), "the end of a process that nobody needs")


def test_workers_hold_no_files(serve, recorder):
    front = serve()
    with front.secured() as client:
        client.expect("NOOP", 250)
        for name in front.one("worker").descriptors().values():
            assert re.match(r"socket:|/dev/null|pipe:|anon_inode:", name), name


def test_the_supervisor_reads_no_network_byte(serve, recorder):
    front = serve()
    with front.secured() as client:
        client.expect("NOOP", 250)
        peer = client.socket.getsockname()[1]
        table = Path("/proc/net/tcp").read_text(encoding="ascii")
        established = {line.split()[9] for line in table.splitlines() if line.split()[3] == "01" and
                       f":{peer:04X} " in line}
        held = {name.strip("socket:[]") for name in front.roles()["supervisor"][0].descriptors().values()}
        assert not established & held


@root
@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_cve_2014_0160_class_the_private_key_is_in_the_key_process_only(serve, certificates, kind):
    certificate = certificates.get(kind=kind)
    front = serve(certs_used=[certificate], workers=2)
    for version in ("1.2", "1.3"):
        for _ in range(100):
            front.secured(tls_context(version)).close()
    assert key_holders(front, certificate) == {"key"}
    assert front.reload() == "reloaded"
    front.secured().close()
    assert key_holders(front, certificate) == {"key"}


def test_the_memory_scan_itself_finds_a_key(certificates, place):
    # The control of the test above: a program that does hold the key is found.
    from harness.process import Program
    from harness.waiting import free_port
    certificate = certificates.get(kind="rsa")
    server = Program(["openssl", "s_server", "-accept", str(free_port()), "-cert", certificate.cert, "-key", certificate.key],
                     place)
    server.wait_for("ACCEPT")
    numbers = certificate.secret_numbers()
    assert memory_holds(server.pid, numbers + [number[::-1] for number in numbers])


@root
def test_key_files_need_no_rights_of_the_worker(serve, certificates):
    certificate = certificates.get()
    assert certificate.key.stat().st_mode & 0o077 == 0
    with serve().secured() as client:
        client.expect("NOOP", 250)


def sessions_of(worker, front, clients):
    """The clients whose connection this worker holds."""
    port = front.address[1]
    inodes = {name.strip("socket:[]") for name in worker.descriptors().values() if name.startswith("socket:")}
    peers = set()
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[9] in inodes and int(words[1].split(":")[1], 16) == port:
            peers.add(int(words[2].split(":")[1], 16))
    return [client for client in clients if client.socket.getsockname()[1] in peers]


def held_sessions(front, count=50):
    def open_one(_):
        client = front.secured()
        client.expect("EHLO client.example", 250)
        return client
    return at_once(count, open_one)


def alive(client):
    try:
        return client.command("NOOP").code == 250
    except (AssertionError, ConnectionError, ssl.SSLError, ValueError):
        return False


def works(front):
    try:
        with front.secured() as client:
            client.expect("EHLO client.example", 250)
        return True
    except (AssertionError, ConnectionError, ssl.SSLError, OSError):
        return False


def test_a_killed_worker_takes_its_own_sessions_only(serve, recorder):
    front = serve(workers=2)
    clients = held_sessions(front)
    victim, other = front.roles()["worker"]
    lost, kept = sessions_of(victim, front, clients), sessions_of(other, front, clients)
    assert len(lost) + len(kept) == 50
    mark = front.mark()
    os.kill(victim.pid, signal.SIGKILL)
    assert not [client for client in lost if alive(client)]
    assert all(alive(client) for client in kept)
    until(lambda: len(front.roles()["worker"]) == 2, "a new worker")
    front.wait_for("signal 9", after=mark)
    until(lambda: works(front), "service by the new worker")


def test_a_killed_key_process_loses_no_session(serve, recorder):
    front = serve(workers=2)
    clients = held_sessions(front)
    old = front.one("key").pid
    os.kill(old, signal.SIGKILL)
    assert all(alive(client) for client in clients)
    until(lambda: [key for key in front.roles().get("key", []) if key.pid != old], "a new key process")
    until(lambda: works(front), "handshakes with the new key process")
    assert all(alive(client) for client in clients)


def test_a_blocked_key_process_stops_handshakes_only(serve, recorder):
    front = serve("--timeout-handshake 1s")
    clients = held_sessions(front, 5)
    key = front.one("key").pid
    os.kill(key, signal.SIGSTOP)
    try:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            front.secured()
        assert all(alive(client) for client in clients)
        with front.client() as plain:
            plain.hello()
            plain.expect("NOOP", 250)
    finally:
        os.kill(key, signal.SIGCONT)
    until(lambda: works(front), "handshakes after the block")


def test_a_killed_supervisor_leaves_nobody_behind(serve):
    front = serve(workers=2)
    pids = [process.pid for processes in front.roles().values() for process in processes]
    front.process.kill()
    front.process.wait()
    until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], "the end of every process")


def test_a_worker_that_dies_at_once_is_replaced_with_back_off(serve):
    front = serve()
    for _ in range(3):
        worker = front.one("worker").pid
        os.kill(worker, signal.SIGKILL)
        until(lambda gone=worker: [one for one in front.roles().get("worker", []) if one.pid != gone], "a new worker")
    until(lambda: works(front), "service")


@root
def test_no_descriptor_is_left_after_many_sessions(serve, recorder):
    front = serve()
    held_sessions(front, 1)[0].close()
    front.sessions_ended(1)
    worker = front.one("worker")
    before, memory = len(worker.descriptors()), worker.resident_kib
    for _ in range(10):
        for client in held_sessions(front, 20):
            client.close()
    front.sessions_ended(201)
    until(lambda: len(front.one("worker").descriptors()) <= before, "as few descriptors as before")
    assert front.one("worker").resident_kib < memory + 20_000
    with Client(front.address) as client:
        client.hello()
