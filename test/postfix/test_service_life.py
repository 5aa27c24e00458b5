"""The service under master: reload, bad configuration, a stopped tlsmgr, new certificates, and what its processes may."""
import os
import pwd
import signal

import pytest

from harness import procfs
from harness.backend import Server
from harness.client import tls_context
from harness.process import run
from harness.waiting import until


def refused(one, source="127.0.0.2"):
    """A client that is told 454 and goes on in clear."""
    with one.client(source) as client:
        client.hello()
        assert client.expect("STARTTLS", 454).text == "4.7.0 TLS not available due to local problem"
        client.expect("NOOP", 250)
        client.expect("QUIT", 221)


def gone(one, pids):
    until(lambda: not set(pids) & {process.pid for process in one.processes()}, "the end of the old processes")


@pytest.mark.parametrize("chroot", [False, True], ids=["plain", "chroot"])
def test_reload_in_mid_session(site, chroot):
    one = site(chroot=chroot)
    with one.secured(source="127.0.0.2") as client:
        client.expect("EHLO client.example", 250)
        family = [process.pid for process in one.processes()]
        one.reload()
        for _ in range(3):
            client.expect("NOOP", 250)
        one.session(source="127.0.0.3")
        assert one.child().pid not in family
        one.dialog(client)
    one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT \[127.0.0.2\]")
    gone(one, family)
    one.nothing_broke()


def test_many_reloads_lose_nobody(site):
    one = site()
    clients = []
    for number in range(3):
        clients.append(one.secured(source=f"127.0.0.{10 + number}"))
        clients[-1].expect("EHLO client.example", 250)
        one.reload()
    one.session()
    for client in clients:
        one.dialog(client)
    one.nothing_broke()


def test_a_reload_brings_new_parameters(site):
    one = site()
    assert one.session().version == "TLSv1.3"
    one.replace_main("smtpd_tls_protocols", "!TLSv1.3")
    one.reload()
    assert one.session(source="127.0.0.2").version == "TLSv1.2"


def test_master_ends_it(site):
    one = site()
    client = one.secured()
    processes = one.processes()
    one.stop()
    assert client.rest() == b""
    until(lambda: not [process for process in processes if os.path.exists(f"/proc/{process.pid}/exe")], "the end of all")


def test_a_missing_certificate_costs_tls_only(site, place):
    one = site([], main={"smtpd_tls_cert_file": place / "nowhere.pem"})
    refused(one)
    one.wait_for(rf"warning: .*{place}/nowhere.pem: No such file or directory")
    refused(one, "127.0.0.3")
    one.nothing_broke()


def test_a_file_without_its_key_costs_tls_only(site, certificates):
    one = site([], main={"smtpd_tls_cert_file": certificates.get(kind="rsa").cert, "smtpd_tls_key_file": "/nonexistent/key.pem"})
    refused(one)
    one.wait_for(r'warning: cannot get RSA private key from file "/nonexistent/key.pem": disabling TLS support$')
    one.nothing_broke()


def test_bad_chain_files_cost_tls_only(site, certificates):
    mine, other = certificates.get(kind="rsa"), certificates.get("other.example", kind="rsa")
    one = site([], main={"smtpd_tls_chain_files": f"{other.key} {mine.cert}"})
    refused(one)
    one.wait_for(r"warning: error loading private keys and certificates from: .*: disabling TLS support$")
    one.nothing_broke()


def test_no_certificate_at_all(site):
    one = site([])
    refused(one)
    one.wait_for(r"warning: No server certs available. TLS can't be enabled$")


def test_tls_switched_off_for_tlsproxy(site):
    one = site(main={"tlsproxy_tls_security_level": "none", "tlsproxy_use_tls": "no"})
    refused(one)
    one.wait_for(r"warning: TLS server role is disabled with tlsproxy_tls_security_level or tlsproxy_use_tls$")


def test_a_protocol_list_nobody_understands(site):
    one = site(main={"smtpd_tls_protocols": ">=TLSv9"})
    refused(one)
    one.wait_for(r'warning: Invalid TLS protocol list ">=TLSv9": disabling TLS support$')


FATAL = {
    "wrong level": ({"main": {"tlsproxy_tls_security_level": "perhaps"}}, r'fatal: Invalid TLS level "perhaps"$'),
    "wrong boolean": ({"main": {"smtpd_tls_ask_ccert": "sometimes"}},
                      r"fatal: bad boolean configuration: (smtpd|tlsproxy)_tls_ask_ccert = sometimes$"),
    "wrong number": ({"main": {"smtpd_tls_ccert_verifydepth": "deep"}},
                     r"fatal: bad numerical configuration: (smtpd|tlsproxy)_tls_ccert_verifydepth = deep$"),
    "wrong time": ({"arguments": "-o tlsproxy_watchdog_timeout=later"},
                   r"fatal: parameter tlsproxy_watchdog_timeout: bad time value or unit: later$"),
    "process limit": ({"limit": "5"}, r"fatal: service tlsproxy requires a process limit of 0$"),
    "argument": ({"arguments": "surprise"}, r"fatal: unexpected command-line argument: surprise$"),
    "unknown user": ({"arguments": "-o mail_owner=nobody-at-all"}, r"fatal: .*(nobody-at-all|mail_owner)"),
}


@pytest.mark.parametrize("fault", FATAL)
def test_a_fault_is_one_fatal_line_and_master_slows_it_down(site, fault):
    options, line = FATAL[fault]
    one = site(**options)
    with one.client() as client:
        client.hello()
        client.send(b"STARTTLS\r\n")
        one.wait_for(r"/tlsproxy\[\d+\]: " + line)
        one.wait_for(r"/master\[\d+\]: warning: process .*/tlsproxy pid \d+ exit status 1$")
        one.wait_for(r"/master\[\d+\]: warning: .*/tlsproxy: bad command startup -- throttling$")
    assert one.count(r"/tlsproxy\[\d+\]: CONNECT") == 0


def test_another_name_of_the_program(site):
    """As it is installed beside the original: its own file name, the service's name, the log tag that tools look for."""
    one = site(command="ehlock-tlsproxy")
    with one.client() as client:
        client.hello()
        client.starttls()
        one.wait_for(r"postfix/(ehlock-)?tlsproxy\[\d+\]: CONNECT from ")
        one.dialog(client)


def stopped(one):
    manager = one.service("tlsmgr")
    os.kill(manager, signal.SIGSTOP)
    return manager


def test_a_stopped_tlsmgr(site, program):
    """The original's sessions all end with it after nine seconds; ours do without tickets."""
    one = site()
    one.session()
    manager = stopped(one)
    try:
        if not program.ours:
            with one.client("127.0.0.2") as client:
                client.hello()
                client.expect("STARTTLS", 220)
                one.wait_for(r"/tlsproxy\[\d+\]: fatal: watchdog timeout$")
            return
        for version in ("1.2", "1.3"):
            one.session(tls_context(version), source="127.0.0.2")
        one.end_child()  # a new process cannot ask for anything either
        one.session(source="127.0.0.4")
        one.wait_for(r"/tlsproxy\[\d+\]: warning: .*tlsmgr")
    finally:
        os.kill(manager, signal.SIGCONT)
    one.nothing_broke()


def test_a_killed_tlsmgr_comes_back(site, program):
    """The original asks it for every session, ours only for what it does not know: then nobody starts it again."""
    one = site()
    context = tls_context("1.3")
    one.session(context)
    os.kill(one.service("tlsmgr"), signal.SIGKILL)
    one.wait_for(r"process .*/tlsmgr pid \d+ killed by signal 9")
    first = one.session(context, source="127.0.0.2")
    if not program.ours:
        until(lambda: [process for process in procfs.children(one.pid) if process.name == "tlsmgr"], "a new tlsmgr")
    second = one.session(context, source="127.0.0.3")
    assert one.session(context, source="127.0.0.4", session=second.kept or first.kept).reused


def test_a_renewed_certificate_is_used(site, program, certificates, place):
    """The original wants a reload for it; ours sees the file change."""
    old, new = certificates.get(), certificates.get(copy=1)
    live = place / "live.pem"

    def install(certificate):
        (place / "next.pem").write_bytes(certificate.key.read_bytes() + certificate.cert.read_bytes())
        (place / "next.pem").chmod(0o600)
        (place / "next.pem").rename(live)

    install(old)
    one = site([], main={"smtpd_tls_chain_files": live})
    assert one.session().certificate == old.der
    install(new)
    if program.ours:
        until(lambda: one.session(source="127.0.0.2").certificate == new.der, "the new certificate is shown")
    else:
        assert one.session(source="127.0.0.2").certificate == old.der
        one.reload()
        assert one.session(source="127.0.0.3").certificate == new.der
    one.nothing_broke()


def test_renewals_under_a_long_session_leave_no_crowd_of_processes(make_site, ours, certificates, place):
    live = place / "live.pem"

    def install(certificate):
        (place / "next.pem").write_bytes(certificate.key.read_bytes() + certificate.cert.read_bytes())
        (place / "next.pem").chmod(0o600)
        (place / "next.pem").rename(live)

    install(certificates.get())
    one = make_site(ours, [], main={"smtpd_tls_chain_files": live})
    held = []
    for turn in range(10):
        held.append(one.secured(source=f"127.0.0.{turn + 2}"))
        if turn < 9:
            install(certificates.get(copy=(turn + 1) % 2))
            one.wait_for("certificate files changed: new certificates in use", count=turn + 1)
    assert held[0].rest() == b"", "the oldest one's session ended"
    held[-1].expect("EHLO client.example", 250)
    assert one.count("earlier sets of certificates still have sessions") == 1


def test_a_client_certificate_is_asked_for_and_named(site, certificates):
    authority = certificates.get("client.example", kind="rsa")
    one = site(main={"smtpd_tls_ask_ccert": "yes", "smtpd_tls_CAfile": authority.cert})
    context = tls_context()
    context.load_cert_chain(authority.cert, authority.key)
    one.session(context)
    one.wait_for(r"/tlsproxy\[\d+\]: Trusted TLS connection established from ")
    one.session()
    one.wait_for(r"/tlsproxy\[\d+\]: Anonymous TLS connection established from ")
    stranger = certificates.get("stranger.example", kind="rsa")
    context = tls_context()
    context.load_cert_chain(stranger.cert, stranger.key)
    one.session(context)
    one.wait_for(r"/tlsproxy\[\d+\]: Untrusted TLS connection established from ")


def speak_starttls(connection):
    """An SMTP server that offers STARTTLS and says nothing behind it."""
    connection.send("220 sink.example ESMTP\r\n")
    while (line := connection.line()) is not None:
        if line.startswith("EHLO"):
            connection.send("250-sink.example\r\n250 STARTTLS\r\n")
        elif line.startswith("STARTTLS"):
            connection.send("220 go\r\n")
            connection.until_closed()
            return
        else:
            connection.send("221 bye\r\n")


def test_ours_has_no_client_role_and_says_so_once(make_site, ours, backend):
    sink = backend(Server, speak_starttls)
    one = make_site(ours, main={"smtp_tls_security_level": "may"})
    _, text = run(["posttls-finger", "-c", "-X", "-l", "may", f"[127.0.0.1]:{sink.port}"],
                  environment={"MAIL_CONFIG": str(one.folder)})
    assert 'service role "client" is not available' in text
    one.wait_for(r"/tlsproxy\[\d+\]: CONNECT to \[127.0.0.1\]:\d+$")
    one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT ")
    about_it = [line for line in one.proxy_lines() if "client role" in line]
    assert len(about_it) == 1 and about_it[0].startswith("warning: "), about_it
    one.session()
    one.nothing_broke()


@pytest.mark.parametrize("chroot", [False, True], ids=["plain", "chroot"])
def test_our_processes_have_little(make_site, ours, certificates, chroot):
    """The private key is in the memory of the key process alone; who reads the network is jailed; root reads none of it."""
    certificate = certificates.get(kind="rsa")
    one = make_site(ours, [certificate], chroot=chroot)
    owner = pwd.getpwnam("postfix")
    with one.secured() as client:
        client.expect("EHLO client.example", 250)
        processes = one.processes()
        secrets = certificate.secret_numbers()
        secrets += [number[::-1] for number in secrets]
        holders = [process.pid for process in processes if procfs.memory_holds(process.pid, secrets)]
        keys = [process for process in processes if process.role == "key"]
        assert holders == [process.pid for process in keys] and len(keys) == 1, [process.name for process in processes]
        readers = [process for process in processes if process.sockets()]
        assert len(readers) == 1 and readers[0].uids == {owner.pw_uid} and readers[0].gids == {owner.pw_gid}
        child = one.child().pid
        for process in processes:
            if process.pid != child:
                assert 0 not in process.uids and process.no_new_privs and process.seccomp_filtered, process.name
                assert process.capabilities == 0 and not process.dumpable and process.root != "/", process.name
        assert keys[0].uids != {owner.pw_uid} and not keys[0].sockets()
        one.dialog(client)


def test_a_killed_worker_is_replaced(make_site, ours):
    one = make_site(ours)
    one.session()
    worker = next(process for process in one.processes() if process.pid != one.child().pid and process.role != "key")
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: worker.pid not in [process.pid for process in one.processes()], "its end")
    one.session(source="127.0.0.2")


def test_the_service_ends_when_master_was_killed(site):
    one = site()
    one.session()
    processes = one.processes()
    one.stop(signal.SIGKILL)
    until(lambda: not [process for process in processes if os.path.exists(f"/proc/{process.pid}/exe")], "the end of all")
