"""A real Postfix behind us: its own log and its Received line say who the client was."""
import re

import pytest

from harness.client import at_once
from peers.arrival import Arrival, v1, v2

PROXY = {"smtpd_upstream_proxy_protocol": "haproxy"}
XCLIENT = {"smtpd_authorized_xclient_hosts": "127.0.0.1"}
IDENTITIES = {"proxy-v1": PROXY, "proxy-v2": PROXY, "proxy-v2-tls": PROXY, "xclient": XCLIENT}
BODY = b"Subject: who\r\n\r\nam I\r\n"


def arrive(front, door, **options):
    """A client that has said EHLO where it may send mail."""
    if door == "implicit":
        client = Arrival(front.tls_address, tls=True, **options)
        client.hello()
        return client
    client = Arrival(front.address, **options)
    client.hello()
    if door == "starttls":
        client.starttls()
        client.expect("EHLO client.example", 250)
    return client


@pytest.mark.parametrize("door", ["clear", "starttls", "implicit"])
@pytest.mark.parametrize("identity", IDENTITIES)
def test_postfix_sees_the_client_of_another_address(serve, postfix, recorder, identity, door):
    server = postfix(smtpd=IDENTITIES[identity], relay=recorder.endpoint)
    front = serve(backend=server.endpoint, identity=identity)
    with arrive(front, door, source="127.0.0.2") as client:
        port = client.socket.getsockname()[1]
        assert client.mail(BODY).code == 250
        client.expect("QUIT", 221)
    server.wait_for(rf"client=unknown\[127\.0\.0\.2\]:{port}$")
    message = recorder.wait_messages(1)[0].raw
    assert message.startswith(b"Received: from client.example (unknown [127.0.0.2])") and message.endswith(BODY)


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("header", [v1, v2], ids=["v1-in", "v2-in"])
def test_postfix_sees_the_client_a_balancer_named(serve, postfix, identity, header):
    one = postfix(smtpd=IDENTITIES[identity])
    front = serve("--accept-proxy 127.0.0.1/32", backend=one.endpoint, identity=identity)
    for door, client, server, port in (("starttls", "192.0.2.7", "192.0.2.1", 4711), ("implicit", "192.0.2.8", "192.0.2.1", 1),
                                       ("clear", "2001:db8::7", "2001:db8::1", 65535),
                                       ("starttls", "2001:db8::8", "2001:db8::1", 4711)):
        with arrive(front, door, header=header(client, port, server)) as session:
            session.expect("MAIL FROM:<a@client.example>", 250)
            session.expect("RCPT TO:<b@mail.example>", 250)
            session.expect("QUIT", 221)
        one.wait_for(rf"client=unknown\[{client}\]:{port}$")
        front.wait_for(rf"connect from unknown\[{client}\]:{port} to \[{server}\]:25")
    assert one.count("client=.*127") == 0


@pytest.mark.parametrize("identity", IDENTITIES)
def test_reconnecting_leaves_nothing_of_the_clear_session(serve, postfix, identity):
    server = postfix(smtpd=IDENTITIES[identity])
    front = serve("--on-starttls reconnect", backend=server.endpoint, identity=identity)
    with Arrival(front.address, source="127.0.0.2") as client:
        client.hello()
        client.expect("MAIL FROM:<clear@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.starttls()
        assert client.expect("EHLO client.example", 250).lines[0] == "postfix.example"
        client.expect("RCPT TO:<b@mail.example>", 503)
        assert client.mail(BODY).code == 250
        client.expect("QUIT", 221)
    server.wait_for(r"client=unknown\[127\.0\.0\.2\]", count=2)
    server.wait_for(r"disconnect from unknown\[127\.0\.0\.2\]", count=2)
    front.wait_for("outcome=quit")


def test_resetting_keeps_the_connection_and_forgets_the_envelope(serve, postfix):
    server = postfix(smtpd=PROXY)
    front = serve("--on-starttls reset", backend=server.endpoint, identity="proxy-v1")
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<clear@client.example>", 250)
        client.starttls()
        client.expect("EHLO client.example", 250)
        client.expect("RCPT TO:<b@mail.example>", 503)
        client.expect("QUIT", 221)
    last = server.wait_for(r"disconnect from unknown.*").group(0)
    assert " ehlo=2 " in last and " rset=1 " in last
    assert server.count(r": connect from") == 1


def test_fact_2_a_backend_told_the_client_does_not_relay_for_it(serve, postfix):
    server = postfix(smtpd=PROXY, main={"mynetworks": "127.0.0.1/32"})
    front = serve(backend=server.endpoint, identity="proxy-v2")
    with arrive(front, "starttls", source="127.0.0.2") as client:
        client.expect("MAIL FROM:<a@client.example>", 250)
        assert "Relay access denied" in client.expect("RCPT TO:<b@elsewhere.example>", 554).text
        client.expect("QUIT", 221)
    server.wait_for(r"reject: RCPT from unknown\[127\.0\.0\.2\].*Relay access denied")


def test_fact_2_identity_none_disarms_the_backend_and_says_so(serve, postfix):
    server = postfix(main={"mynetworks": "127.0.0.1/32"})
    front = serve(backend=server.endpoint, identity="none")
    front.wait_for(r"warning: .*(identity|client)")
    with arrive(front, "starttls", source="127.0.0.2") as client:
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@elsewhere.example>", 250)
        client.expect("QUIT", 221)


def test_keywords_of_postfix_reach_the_client(serve, postfix):
    server = postfix(smtpd={**XCLIENT, "smtpd_authorized_xforward_hosts": "127.0.0.1", "smtpd_tls_security_level": "may",
                            "smtpd_tls_cert_file": "none"})
    front = serve(backend=server.endpoint, identity="xclient")
    with front.client() as client:
        clear = client.hello()
        client.starttls()
        inside = client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    kept = {"PIPELINING", "SIZE", "VRFY", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING"}
    assert set(clear.keywords) == kept | {"STARTTLS"} and set(inside.keywords) == kept


def test_a_postfix_that_does_not_know_us_for_xclient_ends_the_session(serve, postfix):
    server = postfix()
    front = serve(backend=server.endpoint, identity="xclient")
    with front.client() as client:
        assert client.reply().code == 421
        assert client.rest() == b""
    front.wait_for("XCLIENT")


def test_a_postfix_that_ends_in_mid_session_is_told_and_its_successor_is_used(serve, postfix):
    server = postfix(smtpd=PROXY)
    front = serve(backend=server.endpoint, identity="proxy-v1")
    with arrive(front, "starttls") as client:
        client.expect("MAIL FROM:<a@client.example>", 250)
        server.end()
        assert client.command("RCPT TO:<b@mail.example>").code in (421, 451)
    with front.client() as client:
        assert client.reply().code == 421
    front.wait_for("outcome=backend_(refused|lost)", count=2)


def test_postscreen_sees_the_client_and_hands_it_on(serve, postfix):
    server = postfix(screen={"postscreen_upstream_proxy_protocol": "haproxy", "postscreen_greet_wait": "1s"})
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v2")
    with arrive(front, "starttls", header=v1("192.0.2.7", 4711)) as client:
        assert client.mail(BODY).code == 250
        client.expect("QUIT", 221)
    server.wait_for(r"postscreen\[\d+\]: CONNECT from \[192\.0\.2\.7\]:4711 to \[192\.0\.2\.1\]:25")
    server.wait_for(r"postscreen\[\d+\]: PASS NEW \[192\.0\.2\.7\]:4711")
    server.wait_for(r"smtpd\[\d+\]: .*client=unknown\[192\.0\.2\.7\]:4711")
    assert server.count("PREGREET|WHITELIST VETO|COMMAND PIPELINING") == 0


@pytest.mark.parametrize("identity", ["proxy-v1", "proxy-v2", "proxy-v2-tls"])
def test_a_client_refused_by_postscreen_is_told_so(serve, postfix, place, identity):
    (place / "access").write_text("192.0.2.66/32 reject\n", encoding="ascii")
    server = postfix(screen={"postscreen_upstream_proxy_protocol": "haproxy", "postscreen_greet_wait": "1s",
                             "postscreen_access_list": f"cidr:{place}/access", "postscreen_denylist_action": "enforce"})
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity=identity)
    with arrive(front, "implicit", header=v2("192.0.2.66", 4711)) as client:
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 550)
        client.expect("QUIT", 221)
    server.wait_for(r"DENYLISTED \[192\.0\.2\.66\]:4711")


def test_postfix_as_a_client_uses_our_tls(serve, postfix, recorder, certificates):
    front = serve()
    mine = certificates.get()
    sender = postfix(relay=f"127.0.0.1:{front.address[1]}", main={
        "smtp_tls_security_level": "secure", "smtp_tls_CAfile": mine.cert, "smtp_tls_loglevel": "1",
        "smtp_tls_secure_cert_match": "mail.example"})
    with Arrival(("127.0.0.1", sender.port)) as client:
        client.hello()
        assert client.mail(BODY).code == 250
        client.expect("QUIT", 221)
    sender.wait_for(r"(Verified|Trusted) TLS connection established to .*TLSv1\.3")
    sender.wait_for(r"status=sent")
    assert recorder.wait_messages(1)[0].raw.endswith(BODY)
    front.wait_for(r"TLS connection established from .*: TLSv1\.3 with cipher")


def test_fifty_sessions_at_once_keep_their_identities(serve, postfix, recorder):
    server = postfix(smtpd=PROXY, relay=recorder.endpoint)
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v2-tls", workers=2)

    def session(number):
        with arrive(front, "starttls", header=v2(f"192.0.2.{number}", 5000 + number)) as client:
            assert client.mail(b"Subject: x\r\n\r\nx\r\n", sender=f"192.0.2.{number}@client.example").code == 250
            client.expect("QUIT", 221)

    at_once(50, session)
    seen = {(message.sender.split("@")[0].strip("<"), re.search(r"\[(\S+)\]", message.raw.decode()).group(1))
            for message in recorder.wait_messages(50)}
    assert seen == {(f"192.0.2.{number}", f"192.0.2.{number}") for number in range(50)}
