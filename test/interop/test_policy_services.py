"""Real policy services: postgrey and policyd-spf, asked by us instead of by the server behind."""
import os
import signal

import pytest

from harness.client import at_once, tls_context
from harness.process import run
from harness.reputation import accepted_at_last, recipient
from harness.waiting import until
from peers.arrival import Arrival, v1

BODY = b"Subject: grey\r\n\r\ny\r\n"


def opened(front, source="127.0.0.2", **options):
    client = Arrival(front.address, source=source, **options)
    client.hello()
    client.starttls()
    client.expect("EHLO client.example", 250)
    return client


def test_postgrey_defers_the_first_try_and_takes_a_later_one(serve, postgrey, recorder):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--policy-fail", "closed", "--max-errors", "0"])
    with opened(front) as client:
        first = recipient(client)
        assert first.code == 450 and "4.2.0" in first.text and "reylist" in first.text
        assert not [line for line in recorder.commands if line.startswith("RCPT")]  # the backend was not bothered
        accepted_at_last(client)
        client.expect("DATA", 354)
        client.send(BODY + b".\r\n")
        assert client.reply().code == 250
        client.expect("QUIT", 221)
    assert recorder.wait_messages(1)[0].recipients == ["<b@mail.example>"]
    service.wait_for(r"action=greylist, reason=new, client_name=unknown, client_address=127\.0\.0\.2(/32)?, "
                     r"sender=a@client\.example, recipient=b@mail\.example")
    service.wait_for(r"action=pass, reason=triplet found, .*client_address=127\.0\.0\.2")
    front.wait_for(r"reject: RCPT from unknown\[127\.0\.0\.2\]: 450 4\.2\.0")


def test_postgrey_at_a_unix_socket(serve, postgrey, place):
    (place / "policy").mkdir()
    os.chmod(place / "policy", 0o777)
    service = postgrey(unix=place / "policy/socket")
    os.chmod(place / "policy/socket", 0o777)
    front = serve(["--policy", service.endpoint, "--policy-fail", "closed", "--max-errors", "0"])
    with opened(front) as client:
        assert recipient(client).code == 450
        accepted_at_last(client)


def test_postgrey_is_told_the_client_a_balancer_named(serve, postgrey):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--accept-proxy", "127.0.0.1/32"])
    with opened(front, source="127.0.0.1", header=v1("192.0.2.7", 4711)) as client:
        assert recipient(client).code == 450
    service.wait_for(r"action=greylist, .*client_address=192\.0\.2\.7")


def test_postgrey_knows_each_recipient_apart(serve, postgrey, recorder):
    front = serve(["--policy", postgrey().endpoint, "--max-errors", "0"])
    with opened(front) as client:
        recipient(client)
        accepted_at_last(client)
        assert client.command("RCPT TO:<new@mail.example>").code == 450
        client.expect("DATA", 354)
        client.send(BODY + b".\r\n")
        assert client.reply().code == 250
    assert recorder.wait_messages(1)[0].recipients == ["<b@mail.example>"]


def test_threat_injection_an_address_cannot_forge_attributes_for_postgrey(serve, postgrey):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--max-errors", "0"])
    with opened(front) as client:
        for sender in (b"x\nclient_address=192.0.2.66\nsender=y@client.example", b"x\rclient_name=trusted.example\r",
                       b"x\n\nrequest=smtpd_access_policy", b"x\x00client_address=192.0.2.66"):
            client.send(b"MAIL FROM:<" + sender + b">\r\n")
            assert client.reply().code >= 500
            client.expect("RSET", 250)
        assert recipient(client).code == 450
    assert service.count(r"192\.0\.2\.66|trusted\.example") == 0


@pytest.mark.parametrize("policy_fail,code", [("open", 250), ("closed", 451)])
def test_postgrey_killed_in_mid_session(serve, postgrey, recorder, policy_fail, code):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--policy-fail", policy_fail])
    with opened(front) as client:
        assert recipient(client).code == 450
        service.tell(signal.SIGKILL)
        service.wait()
        mark = front.mark()
        assert recipient(client).code == code
        front.wait_for("warning: policy service: ", after=mark)
        client.expect("QUIT", 221)
    if policy_fail == "closed":
        assert not [line for line in recorder.commands if line.startswith("RCPT")]


@pytest.mark.parametrize("policy_fail,code", [("open", 250), ("closed", 451)])
def test_postgrey_stopped_in_mid_session_costs_its_limit_once_a_question(serve, postgrey, policy_fail, code):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--policy-fail", policy_fail, "--timeout-policy", "1s"])
    with opened(front) as client, opened(front, source="127.0.0.3") as other:
        assert recipient(client).code == 450
        service.tell(signal.SIGSTOP)
        client.expect("RSET", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.send("RCPT TO:<c@mail.example>\r\n")
        other.expect("NOOP", 250)  # nobody else waits for it
        assert client.reply().code == code
        service.tell(signal.SIGCONT)
        # An answer that came too late must not be taken for that of the next question.
        assert recipient(client, to="d@mail.example").code == 450


def test_postgrey_started_again_is_asked_again(serve, postgrey, place):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--policy-fail", "closed", "--max-errors", "0"])
    with opened(front) as client:
        assert recipient(client).code == 450
        service.stop()
        assert recipient(client).code == 451
        type(service)(service.folder, port=service.port)
        assert recipient(client).code in (450, 250)
        accepted_at_last(client)


def test_postgrey_asked_by_many_sessions_at_once_mixes_nothing(serve, postgrey):
    service = postgrey()
    front = serve(["--policy", service.endpoint, "--policy-fail", "closed", "--max-errors", "0"], workers=2)

    def session(number):
        with opened(front, source=f"127.0.1.{number}") as client:
            envelope = {"sender": f"{number}@client.example", "to": f"{number}@mail.example"}
            assert recipient(client, **envelope).code == 450
            accepted_at_last(client, **envelope)
            client.expect("QUIT", 221)

    at_once(20, session)
    for number in range(20):
        service.wait_for(rf"action=pass, .*client_address=127\.0\.1\.{number}(/32)?, sender={number}@client\.example, "
                         rf"recipient={number}@mail\.example")


def test_postgrey_and_swaks(serve, postgrey, recorder):
    front = serve(["--policy", postgrey().endpoint, "--max-errors", "0"])
    send = ["swaks", "--server", f"127.0.0.1:{front.address[1]}", "--tls", "--from", "a@client.example",
            "--to", "b@mail.example", "--ehlo", "client.example"]
    status, text = run(send)
    assert status == 24 and "450 4.2.0 <b@mail.example>" in text, text
    until(lambda: run(send)[0] == 0, "postgrey accepts swaks")
    recorder.wait_messages(1)


def test_the_header_of_the_spf_service_is_put_before_the_message(serve, spf_service, recorder):
    service = spf_service()
    front = serve(["--policy", service.endpoint, "--policy-fail", "closed", "--max-errors", "0"])
    with opened(front) as client:
        assert client.mail(BODY).code == 250
        client.expect("QUIT", 221)
    raw = recorder.wait_messages(1)[0].raw
    header, rest = raw.split(b"\r\n", 1)
    assert b"SPF" in header and b"client-ip=127.0.0.2" in header and rest.endswith(BODY), raw


def test_the_header_of_the_spf_service_goes_into_the_first_chunk(serve, spf_service, recorder):
    recorder.keywords.append("CHUNKING")
    front = serve(["--policy", spf_service().endpoint])
    with opened(front) as client:
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        for chunk, last in ((BODY[:7], b""), (BODY[7:], b" LAST")):
            client.send(b"BDAT %d%s\r\n" % (len(chunk), last) + chunk)
            assert client.reply().code == 250
        client.expect("QUIT", 221)
    raw = recorder.wait_messages(1)[0].raw
    assert b"client-ip=127.0.0.2" in raw.split(b"\r\n", 1)[0] and raw.endswith(BODY)


TLS_ATTRIBUTES = ("ccert_subject", "ccert_issuer", "ccert_fingerprint", "ccert_pubkey_fingerprint",
                  "encryption_protocol", "encryption_cipher", "encryption_keysize")


class AskedService:
    """Says DUNNO to everything, and keeps the attributes of each question."""

    def __init__(self, backend):
        self.questions = []
        self.endpoint = backend(self._play).endpoint

    def _play(self, connection):
        attributes = {}
        while (line := connection.line()) is not None:
            if line:
                attributes.update([line.split("=", 1)])
            else:
                self.questions.append(attributes)
                attributes = {}
                connection.send("action=DUNNO\n\n")


@pytest.mark.parametrize("shown", ["none", "verified", "stranger"])
def test_policy_services_learn_of_tls_what_postfix_would_tell_them(place, serve, postfix, backend, certificates, shown):
    """Attribute by attribute: the same client, once at Postfix's own smtpd, once at ours."""
    joe, eve, own = (certificates.get(name) for name in ("joe+=x.client.example", "eve.example", "mail.example"))
    chain = place / "key-first.pem"
    chain.write_bytes(own.key.read_bytes() + own.cert.read_bytes())
    service = AskedService(backend)
    real = postfix(smtpd={"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": chain, "smtpd_tls_ask_ccert": "yes",
                          "smtpd_tls_CAfile": joe.cert, "smtpd_tls_session_cache_database": "",
                          "smtpd_recipient_restrictions": f"check_policy_service inet:{service.endpoint} permit"})
    front = serve(["--policy", service.endpoint, "--client-cert", "ask", "--client-ca", joe.cert, "--ciphersuites",
                   "TLS_AES_256_GCM_SHA384"], certs_used=[own])
    for address in (("127.0.0.1", real.port), front.address):
        context = tls_context()
        if shown != "none":
            mine = joe if shown == "verified" else eve
            context.load_cert_chain(mine.cert, mine.key)
        with Arrival(address) as client:
            client.hello()
            client.starttls(context)
            client.expect("EHLO client.example", 250)
            assert recipient(client).code == 250
            client.expect("QUIT", 221)
    of_postfix, ours = ({name: one[name] for name in TLS_ATTRIBUTES} for one in service.questions)
    assert ours == of_postfix
    assert bool(ours["ccert_subject"]) == (shown == "verified") and bool(ours["ccert_fingerprint"]) == (shown != "none")
