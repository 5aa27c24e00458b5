"""Real SMTP programs that are started for each session."""
import os

import pytest

import peers
from harness.client import at_once, stuffed
from harness.procfs import children
from harness.waiting import until
from peers import programs
from peers.arrival import Arrival, v1

TEXT = b"Subject: to a program\r\n\r\nwords\r\n.dotted\r\n"


@pytest.fixture
def serve_program(serve):
    peers.needed()
    return lambda program, options="", **rest: serve(["--program-user", "nobody", *options.split()], backend=[str(program)], **rest)


@pytest.fixture
def smtpfront(place):
    return programs.smtpfront(place)


@pytest.fixture
def sendmail(place):
    return programs.sendmail(place)


def sent(front, door, text=TEXT, **options):
    if door == "implicit":
        client = Arrival(front.tls_address, tls=True, **options)
        client.hello()
    else:
        client = Arrival(front.address, **options)
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
    assert client.mail(stuffed(text)).code == 250
    client.expect("QUIT", 221)
    assert client.rest() == b""


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_mailfront_takes_the_message_and_ends(serve_program, smtpfront, door):
    front = serve_program(smtpfront, "--accept-proxy 127.0.0.1/32")
    sent(front, door, header=v1("192.0.2.7", 4711))
    front.sessions_ended()
    until(lambda: not [one for one in children(front.pid) if one.name.startswith("smtpfront")], "the end of the program")


def test_mailfront_in_thirty_sessions_at_once(serve_program, smtpfront):
    front = serve_program(smtpfront, workers=2)
    at_once(30, lambda number: sent(front, "starttls" if number % 2 else "implicit"))
    front.sessions_ended(30)
    until(lambda: not [one for one in children(front.pid) if one.name.startswith("smtpfront")], "the end of all programs")


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_postfix_sendmail_bs_drops_the_message(serve_program, sendmail, door):
    program, maildrop = sendmail
    sent(serve_program(program), door)
    dropped = [one for one in maildrop.iterdir() if one.is_file()]
    assert len(dropped) == 1
    text = dropped[0].read_bytes()
    for word in (b"a@client.example", b"b@mail.example", b"Subject: to a program", b"words", b".dotted"):
        assert word in text, text
    assert os.stat(dropped[0]).st_uid == 65534
