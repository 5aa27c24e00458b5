"""Reload, changed certificates, drain, counters, tickets."""
import os
import signal
import ssl

import pytest

from harness.client import Client, tls_context
from harness.load import Repeating
from harness.waiting import until


class Pair:
    """A certificate and key at fixed places, replaced as operators do: new files renamed over the old ones."""

    def __init__(self, place, certificate):
        self.cert, self.key = place / "live.crt", place / "live.key"
        self.certificate = None
        self.put(certificate)

    def put(self, certificate, parts=("key", "cert")):
        for part in parts:
            target = getattr(self, part)
            fresh = target.with_suffix(".new")
            fresh.write_bytes(getattr(certificate, part).read_bytes())
            fresh.chmod(0o600)
            fresh.rename(target)
        self.certificate = certificate


def served(front, name="mail.example"):
    with front.secured(name=name) as client:
        return client.peer_der


def test_hup_loads_the_new_certificate_and_keeps_sessions(serve, place, certificates, recorder):
    old, new = certificates.get(), certificates.get(copy=1)
    pair = Pair(place, old)
    front = serve(certs_used=[pair], workers=2)
    held = front.secured()
    pair.put(new)
    assert front.reload() == "reloaded"
    until(lambda: served(front) == new.der, "the new certificate")
    held.expect("EHLO client.example", 250)
    assert held.mail(b"x\r\n").code == 250


def test_hup_with_a_fault_keeps_the_old_and_says_why(serve, place, certificates):
    old = certificates.get()
    pair = Pair(place, old)
    front = serve(certs_used=[pair])
    for text in ("", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"):
        pair.cert.write_text(text, encoding="ascii")
        said = front.reload()
        assert said.startswith("reload failed, the old configuration stays:") and "live.crt" in said
        assert served(front) == old.der


def test_hup_with_a_foreign_key_keeps_the_old(serve, place, certificates):
    old, other = certificates.get(), certificates.get(copy=1)
    pair = Pair(place, old)
    front = serve(certs_used=[pair])
    pair.put(other, parts=("key",))
    assert front.reload().startswith("reload failed")
    assert served(front) == old.der


def test_hup_with_a_missing_file_keeps_the_old(serve, place, certificates):
    pair = Pair(place, certificates.get())
    front = serve(certs_used=[pair])
    pair.key.unlink()
    assert front.reload().startswith("reload failed")
    assert served(front) == certificates.get().der


def test_forty_reloads_under_load_lose_nothing(serve, place, certificates, recorder):
    one_file = place / "live.pem"

    def publish(number):
        (place / "next").write_bytes(certificates.get(copy=number % 2).both.read_bytes())
        (place / "next").chmod(0o600)
        (place / "next").rename(one_file)

    publish(0)
    front = serve(["--cert", one_file], certs_used=[], workers=2)
    held = [front.secured() for _ in range(10)]
    done = []

    def one_session(_number, _turn):
        with front.secured() as client:
            client.expect("EHLO client.example", 250)
            assert client.mail(b"x\r\n").code == 250
            client.expect("QUIT", 221)
        done.append(1)

    load = Repeating(3, one_session)
    for number in range(40):
        publish(number)
        assert front.reload() == "reloaded"
    load.stop()  # raises what went wrong in a session
    assert done
    for client in held:
        client.expect("NOOP", 250)


def test_sessions_of_many_reloads_ago_are_drained(serve, recorder):
    # Eight earlier configurations may keep their sessions; before these, idle clients are told 421.
    front = serve()
    held = []
    for _ in range(10):
        held.append(front.secured())
        assert front.reload() == "reloaded"
    front.wait_for("draining the oldest")
    for client in held[:2]:
        assert client.reply().code == 421
    for client in held[2:]:
        client.expect("NOOP", 250)
    until(lambda: len(front.roles()["worker"]) == 9, "the end of the oldest workers")


def test_a_replaced_certificate_is_noticed_without_hup(serve, place, certificates):
    old, new = certificates.get(), certificates.get(copy=1)
    pair = Pair(place, old)
    front = serve(certs_used=[pair])
    assert served(front) == old.der
    mark = front.mark()
    pair.put(new)
    front.wait_for(rf"(?i)serial.*{new.serial}", after=mark)
    until(lambda: served(front) == new.der, "the new certificate")


def test_a_half_replaced_certificate_waits_for_its_other_half(serve, place, certificates):
    old, new = certificates.get(), certificates.get(copy=1)
    pair = Pair(place, old)
    front = serve(certs_used=[pair])
    pair.put(new, parts=("cert",))
    assert served(front) == old.der
    pair.put(new, parts=("key",))
    until(lambda: served(front) == new.der, "the new certificate")


def test_a_kubernetes_secret_is_noticed_when_its_link_is_swapped(serve, place, certificates):
    old, new = certificates.get(), certificates.get(copy=1)
    folder = place / "secret"
    folder.mkdir()

    def publish(version, certificate):
        (folder / version).mkdir()
        (folder / version / "tls.crt").write_bytes(certificate.cert.read_bytes())
        (folder / version / "tls.key").write_bytes(certificate.key.read_bytes())
        (folder / version / "tls.key").chmod(0o600)
        os.symlink(version, folder / "..data_tmp")
        os.rename(folder / "..data_tmp", folder / "..data")

    publish("..v1", old)
    for name in ("tls.crt", "tls.key"):
        os.symlink(f"..data/{name}", folder / name)
    mounted = type("Mounted", (), {"cert": folder / "tls.crt", "key": folder / "tls.key"})
    front = serve(certs_used=[mounted])
    assert served(front) == old.der
    publish("..v2", new)
    until(lambda: served(front) == new.der, "the new certificate")


def test_term_finishes_transactions_and_tells_idle_clients_421(serve, recorder):
    front = serve("--timeout-drain 20s", workers=2)
    idle, busy, data = front.secured(), front.secured(), front.secured()
    for client in (busy, data):
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
    data.expect("DATA", 354)
    data.send(b"first half\r\n")
    front.tell(signal.SIGTERM)
    assert idle.reply().code == 421
    assert idle.rest() == b""
    with pytest.raises(OSError):  # each worker closes its own listening socket
        until(lambda: Client(front.address).close(), "no listener")
    data.send(b"second half\r\n.\r\n")
    assert data.reply().code == 250
    busy.expect("DATA", 354)
    busy.send(b"x\r\n.\r\n")
    assert busy.reply().code == 250
    assert {busy.reply().code, data.reply().code} == {421}
    assert front.wait() == 0
    assert "stopped" in front.lines[-1]
    assert len(recorder.messages) == 2


def test_term_has_a_deadline(serve, recorder):
    front = serve("--timeout-drain 1s")
    client = front.secured()
    client.expect("EHLO client.example", 250)
    client.expect("MAIL FROM:<a@client.example>", 250)
    assert front.stop() == 0


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_at_once(serve, second):
    front = serve("--timeout-drain 1h")
    client = front.secured()
    client.expect("EHLO client.example", 250)
    client.expect("MAIL FROM:<a@client.example>", 250)
    front.tell(signal.SIGTERM)
    with pytest.raises((ConnectionError, OSError)):
        until(lambda: Client(front.address).close(), "no listener")
    front.tell(second)
    assert front.wait() == 0
    client.rest()


def test_usr2_writes_counters(serve, recorder):
    front = serve(workers=2)
    for _ in range(3):
        with front.secured() as client:
            client.expect("EHLO client.example", 250)
            client.mail(b"x\r\n")
            client.expect("QUIT", 221)
    front.sessions_ended(3)

    def counters():
        mark = front.mark()
        front.tell(signal.SIGUSR2)
        words = front.wait_for(r"connections=3 .*", after=mark).group(0).split()
        return words if "active=0" in words else None  # a session counts until its last line is written

    words = until(counters, "the end of the sessions")
    for wanted in ("starttls=3", "handshakes=3", "messages=3", "recipients=3"):
        assert wanted in words, words


def test_usr1_is_survived(serve):
    front = serve()
    front.tell(signal.SIGUSR1)
    with front.secured() as client:
        client.expect("NOOP", 250)


def resume(address, version, session=None):
    """(was it resumed, the session for the next time)"""
    context = resume.contexts.setdefault(version, tls_context(version))
    with Client(address) as client:
        client.hello()
        client.starttls(context, session=session)
        client.expect("EHLO client.example", 250)  # in TLS 1.3 the ticket comes with or before these bytes
        client.expect("QUIT", 221)
        return client.socket.session_reused, client.socket.session


resume.contexts = {}
versions = pytest.mark.parametrize("version", ["1.2", "1.3"])


@versions
def test_tickets_resume_at_every_worker(serve, version):
    front = serve(workers=3)
    reused, session = resume(front.address, version)
    assert not reused
    assert all(resume(front.address, version, session)[0] for _ in range(20))
    front.wait_for("TLS connection reused from")


@versions
def test_tickets_outlive_a_restart_with_a_secret_file(serve, place, version):
    secret = place / "secret"
    secret.write_bytes(os.urandom(32))
    secret.chmod(0o600)
    first = serve(["--ticket-secret", secret])
    _, session = resume(first.address, version)
    assert first.stop() == 0
    assert resume(serve(["--ticket-secret", secret]).address, version, session)[0]
    assert not resume(serve().address, version, session)[0]


def test_tickets_of_the_last_secret_are_taken_while_replacing(serve, place):
    files = []
    for name in ("old", "new"):
        files.append(place / name)
        files[-1].write_bytes(os.urandom(48))
        files[-1].chmod(0o600)
    _, session = resume(serve(["--ticket-secret", files[0]]).address, "1.3")
    both = serve(["--ticket-secret", files[1], "--ticket-secret", files[0]])
    reused, fresh = resume(both.address, "1.3", session)
    assert reused
    assert resume(serve(["--ticket-secret", files[1]]).address, "1.3", fresh)[0]


@versions
def test_tickets_outlive_a_reload(serve, version):
    front = serve()
    _, session = resume(front.address, version)
    assert front.reload() == "reloaded"
    assert resume(front.address, version, session)[0]


@versions
def test_tickets_can_be_switched_off(serve, version):
    front = serve("--no-tickets")
    _, session = resume(front.address, version)
    assert session is None or not resume(front.address, version, session)[0]


def test_a_short_ticket_secret_is_refused(serve, place):
    secret = place / "secret"
    secret.write_bytes(b"short")
    secret.chmod(0o600)
    front = serve(["--ticket-secret", secret], wait=False)
    assert front.wait() == 78
    front.wait_for("32")


def test_a_ticket_is_not_taken_under_another_name(serve, certificates):
    # Threat 32 (CVE-2014-3616): resumption must not lead to another name's certificate.
    front = serve(certs_used=[certificates.get("a.example"), certificates.get("b.example")])
    context = tls_context("1.2")
    with front.secured(context, name="a.example") as client:
        client.expect("NOOP", 250)
        session = client.socket.session
    try:
        with front.secured(context, name="b.example", session=session) as client:
            assert not client.socket.session_reused
            assert client.peer_der == certificates.get("b.example").der
    except (ssl.SSLError, ConnectionError):
        pass
