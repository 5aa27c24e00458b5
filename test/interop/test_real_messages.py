"""Real messages through STARTTLS and a real Postfix; what arrives behind it is compared with what was sent."""
import base64
import hashlib
import random
import smtplib

import pytest

from harness.client import stuffed, tls_context
from peers.arrival import Arrival, v2

LONG = "".join(f"{number:03d} words of a line that is not short\r\n" for number in range(3000)).encode()
MESSAGES = {
    "plain": (b"Subject: plain\r\nFrom: a@client.example\r\n\r\nwords\r\n", ""),
    "dots": (b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\r\n.\r\n", ""),
    "eight_bit": ("Subject: 8bit\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
                  "MIME-Version: 1.0\r\n\r\ngrüße, naïve café\r\n".encode(), " BODY=8BITMIME"),
    "smtputf8": ("Subject: grüße\r\nFrom: <jürgen@client.example>\r\n\r\nüñîçødé\r\n".encode(), " SMTPUTF8 BODY=8BITMIME"),
    "long": (b"Subject: long\r\n\r\n" + LONG, f" SIZE={len(LONG) + 100}"),
}


@pytest.fixture
def chain(serve, postfix, recorder):
    """Front, Postfix, recorder; the identity of a balancer goes along."""
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"}, relay=recorder.endpoint,
                     main={"message_size_limit": "80000000"})
    return serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v2-tls")


def opened(front):
    client = Arrival(front.address, header=v2("192.0.2.7", 4711))
    client.hello()
    client.starttls()
    client.expect("EHLO client.example", 250)
    return client


def arrived(recorder, count=1):
    """The message behind Postfix's own line about it."""
    raw = recorder.wait_messages(count)[count - 1].raw
    line, rest = raw.split(b"\r\nSubject:", 1)
    assert line.startswith(b"Received: from client.example (unknown [192.0.2.7])"), raw[:300]
    return b"Subject:" + rest


def test_messages_with_data_and_with_chunks_arrive_as_they_were(chain, recorder):
    count = 0
    for name, (text, parameters) in MESSAGES.items():
        for pieces in (0, 1, 4):
            with opened(chain) as client:
                client.expect(f"MAIL FROM:<{'jürgen' if 'UTF8' in parameters else 'a'}@client.example>{parameters}", 250)
                client.expect("RCPT TO:<b@mail.example>", 250)
                if pieces:
                    send_chunks(client, text, pieces)
                else:
                    client.expect("DATA", 354)
                    client.send(stuffed(text) + b".\r\n")
                    assert client.reply().code == 250
                client.expect("QUIT", 221)
            count += 1
            assert arrived(recorder, count) == stuffed(text), (name, pieces)


def send_chunks(client, text, pieces):
    size = len(text) // pieces + 1
    chunks = [text[start:start + size] for start in range(0, len(text), size)]
    for chunk in chunks:
        last = b" LAST" if chunk is chunks[-1] else b""
        client.send(b"BDAT %d%s\r\n" % (len(chunk), last) + chunk)
        assert client.reply().code == 250


def test_many_pipelined_chunks_in_one_flight(chain, recorder):
    text = MESSAGES["long"][0]
    chunks = [text[start:start + 1000] for start in range(0, len(text), 1000)]
    with opened(chain) as client:
        flight = b"MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mail.example>\r\n"
        flight += b"".join(b"BDAT %d\r\n" % len(chunk) + chunk for chunk in chunks) + b"BDAT 0 LAST\r\nQUIT\r\n"
        client.send(flight)
        replies = [client.reply().code for _ in range(len(chunks) + 4)]
    assert replies == [250] * (len(chunks) + 3) + [221]
    assert arrived(recorder) == stuffed(text)


def test_a_message_of_20_megabytes_keeps_its_sha256_through_postfix(chain, recorder):
    chance = random.Random(2)
    body = b"".join(base64.encodebytes(chance.randbytes(57 * 1000)).replace(b"\n", b"\r\n") + b".dot\r\n" for _ in range(260))
    with opened(chain) as client:
        assert client.mail(b"Subject: big\r\n\r\n" + stuffed(body)).code == 250
        client.expect("QUIT", 221)
    text = arrived(recorder)
    assert hashlib.sha256(text).digest() == hashlib.sha256(b"Subject: big\r\n\r\n" + stuffed(body)).digest()


def test_a_message_over_postfixs_limit_is_refused_in_its_words(serve, postfix):
    server = postfix(main={"message_size_limit": "100000"})
    with serve(backend=server.endpoint).secured() as client:
        assert client.expect("EHLO client.example", 250).keywords["SIZE"] == ["100000"]
        client.expect("MAIL FROM:<a@client.example> SIZE=200000", 552)
        client.expect("RSET", 250)  # until then Postfix remembers the size it refused
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        client.send((b"x" * 78 + b"\r\n") * 3000 + b".\r\n")
        assert client.reply().code == 552
        client.expect("NOOP", 250)
        client.expect("QUIT", 221)


def test_cve_2023_51764_smuggled_messages_do_not_reach_postfix_as_two(chain, recorder):
    inner = b"MAIL FROM:<evil@client.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\nSubject: two\r\n\r\nsmuggled\r\n"
    for end in (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n\0.\r\n"):
        with opened(chain) as client:
            client.expect("MAIL FROM:<a@client.example>", 250)
            client.expect("RCPT TO:<b@mail.example>", 250)
            client.expect("DATA", 354)
            client.send(b"Subject: one\r\n\r\nx" + end + inner + b".\r\n")
            assert client.reply().code >= 500, end
    with opened(chain) as client:
        assert client.mail(b"Subject: honest\r\n\r\nx\r\n").code == 250
        client.expect("QUIT", 221)
    assert arrived(recorder) == b"Subject: honest\r\n\r\nx\r\n"
    assert [message.sender for message in recorder.messages if "evil" in message.sender] == []


def test_two_hundred_messages_of_smtplib_in_one_session(chain, recorder, serve, postfix):
    server = postfix(relay=recorder.endpoint)
    front = serve(backend=server.endpoint)
    with smtplib.SMTP(*front.address, local_hostname="client.example", timeout=20) as session:
        session.starttls(context=tls_context())
        for number in range(200):
            session.sendmail("a@client.example", ["b@mail.example"], f"Subject: {number}\r\n\r\n.{number}\r\n")
    texts = {message.raw.split(b"\r\nSubject: ", 1)[1] for message in recorder.wait_messages(200)}
    assert texts == {b"%d\r\n\r\n..%d\r\n" % (number, number) for number in range(200)}


def test_the_trace_line_stands_before_postfixs_own(serve, postfix, recorder):
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"}, relay=recorder.endpoint)
    front = serve("--trace-header --name front.example --accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v1")
    text = b"Subject: traced\r\n\r\nx\r\n"
    for pieces in (0, 2):
        with opened(front) as client:
            client.expect("MAIL FROM:<a@client.example>", 250)
            client.expect("RCPT TO:<b@mail.example>", 250)
            if pieces:
                send_chunks(client, text, pieces)
            else:
                client.expect("DATA", 354)
                client.send(text + b".\r\n")
                assert client.reply().code == 250
            client.expect("QUIT", 221)
    for message in recorder.wait_messages(2):
        first, second = message.raw.split(b"Received: ")[1:]
        assert b"by postfix.example (Postfix) with ESMTP id" in first and b"[192.0.2.7]" in first
        assert b"by front.example" in second and b"with ESMTPS" in second and b"TLSv1.3" in second
        assert b"[192.0.2.7]" in second and second.endswith(b"\r\n" + text)
