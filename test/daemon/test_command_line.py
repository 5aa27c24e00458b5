"""What an operator types: exit codes, messages, check, sink, send, run."""
import os
import signal
import socket

import pytest

from harness.client import Client, tls_context
from harness.front import program
from harness.process import Program, run
from harness.waiting import free_port, until

pytestmark = pytest.mark.skipif(not program(), reason="ehlock is not built (./dev build)")


def ehlock(*arguments, **options):
    return run([program(), *arguments], **options)


def test_version_and_help_exit_zero():
    status, text = ehlock("--version")
    assert status == 0 and text.startswith("ehlock ") and "OpenSSL 3." in text
    status, text = ehlock("--help")
    assert status == 0 and "serve" in text and "sink" in text
    assert ehlock("serve", "--help")[0] == 0


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["fly"], ["serve", "--listen"], []])
def test_usage_errors_exit_64(arguments):
    assert ehlock(*arguments)[0] == 64


def test_an_unknown_option_is_answered_with_the_nearest():
    status, text = ehlock("serve", "--requre-tls")
    assert status == 64 and "--require-tls" in text


def test_a_network_backend_without_identity_is_refused_and_explained(certificates):
    one = certificates.get()
    status, text = ehlock("check", "--listen", "127.0.0.1:2525", "--backend", "127.0.0.1:25", "--cert", one.cert,
                          "--key", one.key)
    assert status == 78, text
    assert "--identity" in text and "proxy-v1" in text and "none" in text


def test_identity_none_is_warned_about_once(serve):
    front = serve(wait=True)
    assert front.count(r"identity none: the backend sees every client as this machine") == 1


def test_check_prints_the_effective_configuration(certificates):
    one = certificates.get()
    status, text = ehlock("check", "--listen", "127.0.0.1:2525", "--backend", "127.0.0.1:25", "--identity", "none",
                          "--cert", one.cert, "--key", one.key)
    assert status == 0, text
    assert "127.0.0.1" in text and "2525" in text


@pytest.mark.parametrize("fault", ["missing", "foreign key", "not PEM", "no listener", "bad endpoint", "bad time"])
def test_configuration_errors_exit_78_or_64_and_name_the_place(certificates, place, fault):
    one, other = certificates.get(), certificates.get(copy=1)
    (place / "noise").write_text("noise", encoding="ascii")
    cert, key, listen, more = one.cert, one.key, "127.0.0.1:2525", []
    if fault == "missing":
        cert = place / "nothing"
    elif fault == "foreign key":
        key = other.key
    elif fault == "not PEM":
        cert = place / "noise"
    elif fault == "bad endpoint":
        listen = "127.0.0.1:99999"
    elif fault == "bad time":
        more = ["--timeout-command", "soon"]
    arguments = ["check", "--backend", "127.0.0.1:25", "--identity", "none", "--cert", cert, "--key", key, *more]
    status, text = ehlock(*arguments, *([] if fault == "no listener" else ["--listen", listen]))
    assert status in (64, 78), text
    named = {"missing": "nothing", "foreign key": str(key), "not PEM": "noise", "no listener": "--listen",
             "bad endpoint": "99999", "bad time": "soon"}[fault]
    assert named in text


def test_a_key_others_may_read_is_refused(certificates, place):
    # Threat 42.
    one = certificates.get()
    key = place / "open.key"
    key.write_bytes(one.key.read_bytes())
    key.chmod(0o644)
    status, text = ehlock("check", "--listen", "127.0.0.1:2525", "--backend", "127.0.0.1:25", "--identity", "none",
                          "--cert", one.cert, "--key", key)
    assert status == 78 and "open.key" in text


def test_who_forgot_the_key_is_told_so(certificates):
    status, text = ehlock("check", "--listen", "127.0.0.1:2525", "--backend", "127.0.0.1:25", "--identity", "none",
                          "--cert", certificates.get().cert)
    assert status == 78 and "no --key was given" in text, text


def test_a_port_that_is_taken_is_named(serve, recorder):
    front = serve(listen=[f"127.0.0.1:{recorder.port}"], wait=False)
    assert front.wait() in (71, 75, 78)
    front.wait_for(str(recorder.port))


def test_a_port_that_another_program_would_share_is_taken(serve):
    # Postfix's master sets SO_REUSEPORT as we do: half of the clients would never come to us.
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        front = serve(listen=[f"127.0.0.1:{other.getsockname()[1]}"], wait=False)
        assert front.wait() == 75
        front.wait_for("listen on .*: Address already in use")


@pytest.mark.parametrize("option", ["--ciphers=foo", "--ciphersuites=foo", "--groups=foo", "--client-ca=/etc/passwd --client-cert=ask",
                                    "--listen=nowhere.invalid:25", "--admin=unix:/run/a --admin-group=nobody.here"])
def test_check_finds_what_serve_would_stumble_over(certificates, option):
    one = certificates.get()
    status, text = ehlock("check", "--listen", "127.0.0.1:2525", "--backend", "127.0.0.1:25", "--identity", "none",
                          "--cert", one.cert, "--key", one.key, *option.split())
    assert status == 78, text
    assert any(word in text for word in ("foo", "authorities", "nowhere.invalid", "nobody.here"))


def test_a_name_that_cannot_be_looked_up_may_pass(certificates):
    one = certificates.get()
    status, text = ehlock("serve", "--listen", "127.0.0.1:2525", "--backend", "nowhere.invalid:25", "--identity", "none",
                          "--cert", one.cert, "--key", one.key)
    assert status == 75, text
    assert "backend: nowhere.invalid:25: " in text


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody else")
def test_without_root_it_says_what_was_left_out(serve, recorder, certificates, place):
    one = certificates.get()
    for name in ("cert", "key"):
        copy = place / f"own.{name}"
        copy.write_bytes(getattr(one, name).read_bytes())
        os.chown(copy, 65534, 65534)
        copy.chmod(0o600)
    port = free_port()
    front = Program(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program(), "serve", "--listen",
                     f"127.0.0.1:{port}", "--backend", recorder.endpoint, "--identity", "none", "--cert", place / "own.cert",
                     "--key", place / "own.key"], place)
    front.wait_for("ready")
    front.wait_for("not root")
    with Client(("127.0.0.1", port)) as client:
        client.hello()
        client.starttls()
        client.expect("NOOP", 250)


def test_sink_stores_each_message_as_a_file(place):
    port = free_port()
    (place / "mail").mkdir()
    sink = Program([program(), "sink", "--listen", f"127.0.0.1:{port}", "--dir", place / "mail"], place)
    sink.wait_for(rf"sink: listening on \[127\.0\.0\.1\]:{port}")
    with Client(("127.0.0.1", port)) as client:
        client.hello()
        for number in range(3):
            assert client.mail(b"Subject: %d\r\n\r\n..dot\r\n" % number).code == 250
        client.expect("QUIT", 221)
    files = until(lambda: [one for one in (place / "mail").iterdir() if one.stat().st_size] if
                  len(list((place / "mail").iterdir())) >= 3 else None, "three files")
    texts = [one.read_bytes() for one in files]
    for number in range(3):
        assert sum(b"Subject: %d\r\n\r\n.dot\r\n" % number in text for text in texts) == 1
    assert sink.stop(signal.SIGTERM) == 0


def test_serve_in_front_of_the_sink_and_send_through_both(serve, place):
    port = free_port()
    (place / "mail").mkdir()
    sink = Program([program(), "sink", "--listen", f"127.0.0.1:{port}", "--dir", place / "mail"], place)
    sink.wait_for("sink: listening on")
    front = serve(backend=f"127.0.0.1:{port}")
    status, text = ehlock("send", "--server", f"127.0.0.1:{front.address[1]}")
    assert status == 0, text
    assert "STARTTLS" in text and "TLSv1.3" in text
    until(lambda: list((place / "mail").iterdir()), "a file")


def test_send_fails_where_nobody_listens():
    status, text = ehlock("send", "--server", f"127.0.0.1:{free_port()}")
    assert status in (69, 75), text


def test_run_once_sends_a_message_through_itself(place):
    status, text = ehlock("run", "--once", directory=place, seconds=60)
    assert status == 0, text
    assert "STARTTLS" in text and "TLSv1.3" in text and "250" in text


def test_run_shows_a_line_to_try(place):
    port, tls_port = free_port(), free_port()
    started = Program([program(), "run", "--port", port, "--tls-port", tls_port], place)
    started.wait_for("swaks")
    with Client(("127.0.0.1", port)) as client:
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        assert client.mail(b"Subject: shown on arrival\r\n\r\nx\r\n").code == 250
        client.expect("QUIT", 221)
    started.wait_for("shown on arrival")
    with Client(("127.0.0.1", tls_port), tls=tls_context()) as client:
        client.hello()
    assert started.stop(signal.SIGINT) == 0
