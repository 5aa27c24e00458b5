"""A real Exim behind us: as a server that wants PROXY headers, and started for each session."""
import re

import pytest

from harness.client import stuffed
from peers import exim as exims
from peers.arrival import Arrival, v1, v2

HEAD = b"Subject: to exim\r\n\r\n"
TEXT = b"words\r\n.dotted\r\n..twice\r\n\xc3\xbc\r\n"


@pytest.mark.parametrize("identity", ["proxy-v1", "proxy-v2", "proxy-v2-tls"])
@pytest.mark.parametrize("client,server", [("192.0.2.7", "192.0.2.1"), ("2001:db8::7", "2001:db8::1")], ids=["ipv4", "ipv6"])
def test_exim_sees_the_client_a_balancer_named(serve, exim, identity, client, server):
    one = exim()
    front = serve("--accept-proxy 127.0.0.1/32", backend=one.endpoint, identity=identity)
    with Arrival(front.address, header=v2(client, 4711, server)) as session:
        session.hello()
        session.starttls()
        session.expect("EHLO client.example", 250)
        assert session.mail(stuffed(HEAD + TEXT)).code == 250
        session.expect("QUIT", 221)
    one.mainlog.wait_for(rf"<= a@client\.example H=\(client\.example\) \[{client}\]:4711 .*PRX=127\.0\.0\.1")
    header, body = one.queued()
    assert body == TEXT.replace(b"\r\n", b"\n")
    assert f"[{client}]" in header


def test_exim_takes_chunks_through_implicit_tls(serve, exim):
    one = exim()
    front = serve("--accept-proxy 127.0.0.1/32", backend=one.endpoint, identity="proxy-v1")
    with Arrival(front.tls_address, header=v1("192.0.2.7", 4711), tls=True) as client:
        assert "CHUNKING" in client.hello().keywords
        client.expect("MAIL FROM:<a@client.example> BODY=8BITMIME", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        for chunk, last in ((HEAD, b""), (TEXT[:9], b""), (TEXT[9:], b" LAST")):
            client.send(b"BDAT %d%s\r\n" % (len(chunk), last) + chunk)
            assert client.reply().code == 250
        client.expect("QUIT", 221)
    one.mainlog.wait_for(r"<= a@client\.example .*\[192\.0\.2\.7\]")
    assert one.queued()[1] == TEXT.replace(b"\r\n", b"\n")


def test_exim_wants_a_header_and_its_refusal_reaches_the_client(serve, exim):
    one = exim()
    with serve(backend=one.endpoint, identity="none").client() as client:
        assert client.reply().code == 220
        assert "Proxy" in client.expect("EHLO client.example", 503).text


def test_exim_started_for_each_session_knows_nobody_by_network(serve, place, exim):
    program = exims.session_program(place / "exim-bs")
    front = serve(["--program-user", "nobody"], backend=[program])
    with Arrival(front.address, source="127.0.0.2") as client:
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        assert client.mail(stuffed(HEAD + TEXT)).code == 250
        client.expect("QUIT", 221)
    header, body = exims.wait_queued(place / "exim-bs")
    assert body == TEXT.replace(b"\r\n", b"\n")
    assert re.search(r"Received: from .*by exim\.example with ", header, re.DOTALL)
    assert front.count("warning: .*exit status") == 0
