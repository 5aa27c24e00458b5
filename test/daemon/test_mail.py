"""Message bodies reach the backend byte for byte, in every size, number and form."""
import base64
import hashlib
import random

import pytest

from harness.backend import aiosmtpd
from harness.client import at_once, stuffed

ODD_BODIES = {
    "empty": b"",
    "one_dot_line": b"..\r\n",
    "dots_everywhere": stuffed(b".\r\n..\r\n...\r\n.x\r\nx.\r\n"),
    "no_header": b"\r\n\r\n",
    "long_line": b"x" * 100_000 + b"\r\n",
    "eight_bit": bytes(range(128, 256)) * 40 + b"\r\n",
    "commands": b"QUIT\r\nSTARTTLS\r\nRSET\r\nMAIL FROM:<x@y>\r\nBDAT 10\r\n",
    "crlf_runs": b"\r\n" * 5000,
}


@pytest.mark.parametrize("name", ODD_BODIES)
@pytest.mark.parametrize("door", ["clear", "starttls", "implicit"])
def test_bodies_are_untouched(serve, recorder, name, door):
    front = serve()
    client = {"clear": front.client, "starttls": front.secured, "implicit": front.tls_client}[door]()
    if door == "starttls":
        client.expect("EHLO client.example", 250)
    else:
        client.hello()
    assert client.mail(ODD_BODIES[name]).code == 250
    client.expect("QUIT", 221)
    assert recorder.wait_messages(1)[0].raw == ODD_BODIES[name]


def test_a_body_of_50_megabytes_keeps_its_sha256(serve, recorder):
    chance = random.Random(1)
    block = base64.encodebytes(chance.randbytes(750_000)).replace(b"\n", b"\r\n")
    part = stuffed(b".leading dot\r\n" + block)
    body = part * (50_000_000 // len(part) + 1)
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(body).code == 250
        client.expect("QUIT", 221)
    message = recorder.wait_messages(1)[0]
    assert len(message.raw) > 50_000_000
    assert message.sha256 == hashlib.sha256(body).hexdigest()


def test_a_body_in_single_bytes_ends_where_it_ends(serve, recorder):
    body = b"..\r\nx\r\n.\r"
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        for line in ("MAIL FROM:<a@client.example>", "RCPT TO:<b@mail.example>"):
            client.expect(line, 250)
        client.expect("DATA", 354)
        for byte in body + b"\n":
            client.send(bytes([byte]))
        assert client.reply().code == 250
    assert recorder.messages[0].raw == b"..\r\nx\r\n"


def test_a_thousand_messages_in_one_session(serve, recorder):
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        for number in range(1000):
            assert client.mail(b"Subject: %d\r\n\r\nx\r\n" % number).code == 250
        client.expect("QUIT", 221)
    assert [message.raw for message in recorder.wait_messages(1000)] == \
        [b"Subject: %d\r\n\r\nx\r\n" % number for number in range(1000)]


def test_two_hundred_sessions_at_the_same_time(serve, recorder):
    front = serve(workers=2)

    def session(number):
        with front.secured() as client:
            client.expect("EHLO client.example", 250)
            assert client.mail(b"Subject: %d\r\n\r\n" % number + b"y" * 5000 + b"\r\n").code == 250
            client.expect("QUIT", 221)

    at_once(200, session)
    assert sorted(message.raw for message in recorder.wait_messages(200)) == \
        sorted(b"Subject: %d\r\n\r\n" % number + b"y" * 5000 + b"\r\n" for number in range(200))


def test_pipelined_commands_are_answered_in_order(serve, recorder):
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<nobody@mail.example>\r\nRCPT TO:<b@mail.example>\r\n"
                    "NOOP\r\nDATA\r\n")
        assert [client.reply().code for _ in range(5)] == [250, 550, 250, 250, 354]
        client.send("x\r\n.\r\nQUIT\r\n")
        assert [client.reply().code for _ in range(2)] == [250, 221]
    assert recorder.messages[0].recipients == ["<b@mail.example>"]


def test_data_refused_by_the_backend_is_no_body(serve, recorder):
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("DATA", 503)
        client.expect("NOOP", 250)


def test_bdat_in_several_chunks(serve, recorder):
    recorder.keywords += ["CHUNKING", "BINARYMIME"]
    chunks = [b"Subject: x\r\n\r\n", b"", b"\r\n.\r\nQUIT\r\n", bytes(range(256)) * 700, b"end"]
    with serve().secured() as client:
        assert "CHUNKING" in client.expect("EHLO client.example", 250).keywords
        client.expect("MAIL FROM:<a@client.example> BODY=BINARYMIME", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        for number, chunk in enumerate(chunks):
            client.send(b"BDAT %d%s\r\n" % (len(chunk), b" LAST" if number == len(chunks) - 1 else b"") + chunk)
            assert client.reply().code == 250
        client.expect("QUIT", 221)
    assert recorder.wait_messages(1)[0].raw == b"".join(chunks)
    assert recorder.messages[0].chunks == len(chunks)


def test_pipelined_bdat_chunks(serve, recorder):
    recorder.keywords += ["CHUNKING"]
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        client.send(b"MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mail.example>\r\nBDAT 3\r\nabcBDAT 3 LAST\r\ndefNOOP\r\n")
        assert [client.reply().code for _ in range(5)] == [250] * 5
    assert recorder.messages[0].raw == b"abcdef"


def test_smtputf8_mail_to_aiosmtpd(serve):
    controller, kept, endpoint = aiosmtpd()
    try:
        with serve(backend=endpoint).secured() as client:
            client.expect("EHLO client.example", 250)
            client.expect("MAIL FROM:<jürgen@client.example> SMTPUTF8", 250)
            client.expect("RCPT TO:<café@mail.example>", 250)
            client.expect("DATA", 354)
            client.send("Subject: ü\r\n\r\n..dot\r\n.\r\n")
            assert client.reply().code == 250
            client.expect("QUIT", 221)
        assert kept[0].mail_from == "jürgen@client.example"
        assert kept[0].content == "Subject: ü\r\n\r\n.dot\r\n".encode()
    finally:
        controller.stop()
