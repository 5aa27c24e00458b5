"""`ehlock probe`: what it says of our own daemon, and of servers that do what they should not."""
import hashlib
import json
import ssl

import pytest

from harness.certs import openssl
from harness.front import check, program
from harness.process import run


def probe(server, *options):
    """(exit status, findings)"""
    status, text = run([program(), "probe", server, "--server-name", "mail.example", "--json", *options])
    return status, json.loads(text)


@pytest.fixture
def front(serve):
    return serve()


def test_our_own_daemon_is_seen_as_it_is(front, certificates):
    status, found = probe(front.starttls[0], "--ca", certificates.get().cert, "--verify")
    assert (status, found["level"], found["complaints"]) == (0, "ok", [])
    assert "STARTTLS" in found["offered_in_clear"] and "STARTTLS" not in found["offered"]
    assert found["tls"]["version"] == "TLSv1.3" and found["tls"]["resumes"]
    assert {one["version"]: one["spoken"] for one in found["versions"]} == {
        "TLSv1": False, "TLSv1.1": False, "TLSv1.2": True, "TLSv1.3": True}
    assert found["injection"] == "refused"
    assert found["certificates"][0]["names"] == ["mail.example"] and found["doubt"] == ""
    status, found = probe(front.implicit[0], "--implicit")
    assert (status, found["injection"], found["doubt"]) == (0, "not tried", "self-signed certificate")


def test_a_certificate_that_ends_soon_and_one_for_another_name_are_told(front, certificates):
    assert probe(front.starttls[0], "--warn", "40")[0] == 1
    status, found = probe(front.starttls[0], "--warn", "40", "--critical", "35")
    assert (status, found["complaints"][0]["text"]) == (2, "the certificate ends in 29 days")
    status, found = probe(front.starttls[0], "--verify", "--ca", certificates.get().cert, "--server-name", "other.example")
    assert (status, found["doubt"]) == (2, "hostname mismatch")


def test_TLSA_records_name_the_present_and_the_next_key(front, certificates):
    def digest(one):
        return hashlib.sha256(openssl("pkey", "-in", one.key, "-pubout", "-outform", "DER")).hexdigest()

    present, coming = certificates.get(), certificates.get("next.example", kind="rsa")
    port = front.address[1]
    records = probe(front.starttls[0], "--tlsa", "--next-key", coming.key)[1]["tlsa"]
    assert records == [f"_{port}._tcp.mail.example. IN TLSA 3 1 1 {digest(present)}",
                       f"_{port}._tcp.mail.example. IN TLSA 3 1 1 {digest(coming)} ; next key"]


@pytest.fixture
def careless(backend, certificates):
    """A server that keeps what it read before the handshake and goes on with it inside; careless(ssl context settings)."""
    def start(kind="ecdsa", **settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        used = certificates.get(kind=kind)
        context.load_cert_chain(used.cert, used.key)
        if "ciphers" in settings:
            context.set_ciphers(settings.pop("ciphers"))
        for name, value in settings.items():
            setattr(context, name, value)

        def play(connection):
            connection.send("220 careless.example ESMTP\r\n")
            while True:
                verb = (connection.line() or "QUIT").split(" ")[0].upper()
                if verb == "STARTTLS":
                    connection.send("220 go\r\n")
                    connection.socket = context.wrap_socket(connection.socket, server_side=True)
                elif verb == "EHLO":
                    connection.send("250-careless.example\r\n250 STARTTLS\r\n")
                else:
                    connection.send("221 bye\r\n" if verb == "QUIT" else "250 ok\r\n")
                    if verb == "QUIT":
                        return

        return backend(play)

    return start


def test_a_server_that_keeps_commands_across_STARTTLS_is_critical(careless):
    status, found = probe(careless().endpoint)
    assert (status, found["injection"]) == (2, "executed")
    assert {one["level"] for one in found["complaints"]} == {"critical", "warning"}  # and STARTTLS inside TLS


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_old_server_is_seen_too(careless):
    old = careless(kind="rsa", maximum_version=ssl.TLSVersion.TLSv1_2, ciphers="AES128-SHA:@SECLEVEL=0",
                   minimum_version=ssl.TLSVersion.TLSv1)
    _, found = probe(old.endpoint)
    assert found["tls"]["cipher"] == "AES128-SHA" and found["tls"]["version"] == "TLSv1.2"
    texts = {one["text"] for one in found["complaints"]}
    assert {"AES128-SHA has no forward secrecy", "TLSv1 is still spoken", "TLSv1.3 is not spoken"} <= texts


def test_a_server_without_TLS_and_none_at_all_are_critical(backend, recorder):
    status, found = probe(recorder.endpoint)
    assert (status, found["complaints"][0]["text"]) == (2, "the server does not offer STARTTLS")
    silent = backend(lambda connection: connection.until_closed())
    status, found = probe(silent.endpoint, "--timeout", "1s")
    assert (status, found["complaints"][0]["text"]) == (2, "timed out before a reply came; does TLS begin at once there (--implicit)?")


def test_the_text_begins_with_the_level_and_what_cannot_be_asked_is_unknown(front):
    status, text = run([program(), "probe", front.starttls[0]])
    assert (status, text[:5]) == (0, "OK - ")
    status, text = run([program(), "probe", front.starttls[0], "--tlsa", "--next-key", "/nowhere"])
    assert (status, text) == (3, "UNKNOWN - /nowhere: No such file or directory\n")
    status, text = run([program(), "probe", "--json"])
    assert (status, text.splitlines()[0]) == (64, "HOST:PORT: must be given")


@pytest.fixture
def probed(place, certificates):
    """`ehlock check --probe` for a backend: (exit status, what is said of it)"""
    def ask(backend, identity):
        used, jail = certificates.get(), place / "jail"
        jail.mkdir(mode=0o555, exist_ok=True)
        status, text = check("--probe", "--listen", "127.0.0.1:2525", "--backend", backend.endpoint, "--identity", identity,
                             "--cert", used.cert, "--key", used.key, "--jail", jail, "--timeout-connect", "1s")
        return status, [line for line in text.splitlines() if backend.endpoint in line and not line.startswith("backend")][0]
    return ask


def test_check_asks_the_backend_in_the_way_it_is_configured(probed, recorder, backend):
    assert probed(recorder, "none") == (
        0, f'# backend {recorder.endpoint}: greeting "backend.example ESMTP recorder"')
    status, said = probed(recorder, "proxy-v1")
    assert status == 69 and "it does not take our PROXY header: EHLO was answered: 500" in said
    status, said = probed(recorder, "xclient")
    assert status == 69 and "does not offer XCLIENT" in said

    def expects_proxy(connection):
        if not (connection.line() or "").startswith("PROXY TCP4 192.0.2.1 "):
            return
        connection.send("220 proxied.example ESMTP\r\n")
        while (line := connection.line()) is not None:
            connection.send("221 bye\r\n" if line == "QUIT" else "250 proxied.example\r\n")

    patient = backend(expects_proxy)
    assert probed(patient, "proxy-v1")[0] == 0
    status, said = probed(patient, "none")
    assert status == 69 and "does it wait for a PROXY header?" in said

    def greets_once(connection):
        for reply in ("220 once.example", "250 once.example", "503 5.5.1 Already identified"):
            connection.send(reply + "\r\n")
            connection.line()

    status, said = probed(backend(greets_once), "none")
    assert status == 69 and "it takes no second EHLO" in said and "on_starttls" in said


def test_check_tells_what_clients_will_think_of_the_certificate(place, certificates, recorder):
    used, jail = certificates.get("soon.example", days=2), place / "jail"
    jail.mkdir(mode=0o555)
    status, text = check("--probe", "--listen", "127.0.0.1:2525", "--backend", recorder.endpoint, "--identity", "none",
                         "--cert", used.both, "--jail", jail)
    assert status == 69
    assert f"CRITICAL: {used.both} ends in 1 days" in text
