"""What a policy service is asked by us and by a real Postfix about the same session: attribute by attribute."""
import pytest

from peers.arrival import Arrival
from peers.services import Asked

STAGES = ("client", "helo", "sender", "recipient", "data", "end_of_data")
OURS = {"instance", "queue_id", "client_port", "server_port", "mail_version", "compatibility_level"}


def session(address):
    with Arrival(address, source="127.0.0.2") as client:
        client.hello()
        assert client.mail(b"Subject: x\r\n\r\ny\r\n", sender="a@client.example").code == 250
        client.expect("MAIL FROM:<> SIZE=777", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("RCPT TO:<c@mail.example>", 250)
        client.expect("DATA", 354)
        client.send(b"Subject: x\r\n\r\n..stuffed\r\n" + b"..and more\r\n" * 100 + b"y\r\n.\r\n")
        assert client.reply().code == 250
        client.expect("MAIL FROM:<a@client.example> SIZE=777", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        for command in ("BDAT 14", "BDAT 5 LAST"):
            client.send(command.encode() + b"\r\n" + (b"y..\r\n" if "LAST" in command else b"Subject: x\r\n\r\n"))
            assert client.reply().code == 250
        client.expect("QUIT", 221)


@pytest.fixture
def both(serve, postfix, backend, recorder):
    """(what Postfix asked, what we asked)"""
    recorder.keywords.append("CHUNKING")
    theirs, ours = backend(Asked), backend(Asked)
    check = f"check_policy_service inet:{theirs.endpoint}"
    settings = {f"smtpd_{stage}_restrictions": check for stage in STAGES}
    server = postfix(smtpd={**settings, "smtpd_delay_reject": "no"})
    session(("127.0.0.1", server.port))
    stages = "connect,helo,mail,rcpt,data,end-of-message"
    front = serve(["--policy", ours.endpoint, "--policy-at", stages])
    session(front.address)
    return theirs.requests, ours.requests


def test_the_requests_are_those_of_postfix(both):
    theirs, ours = both
    assert [one["protocol_state"] for one in ours] == [one["protocol_state"] for one in theirs]
    for their, our in zip(theirs, ours):
        names = [name for name in our if name in their]
        assert names == list(their), "its attributes, in its order"
        differ = {name: (their[name], our[name]) for name in names if their[name] != our[name] and name not in OURS}
        assert not differ, (our["protocol_state"], differ)
    counted = [int(one["size"]) for one in ours if one["protocol_state"] == "END-OF-MESSAGE"]
    assert counted == [len(b"Subject: x\r\n\r\ny\r\n"), 14 + 10 + 100 * 11 + 3, 19]


def test_an_instance_is_one_message(both):
    for requests in both:
        of_messages = [one["instance"] for one in requests if one["protocol_state"] in ("RCPT", "DATA", "END-OF-MESSAGE")]
        assert len(of_messages) == 10
        assert [len(set(some)) for some in (of_messages[:3], of_messages[3:7], of_messages[7:])] == [1, 1, 1]
        assert len(set(of_messages)) == 3


def test_an_instance_is_one_message_where_only_recipients_are_asked_about(serve, backend, recorder):
    recorder.keywords.append("CHUNKING")
    service = backend(Asked)
    front = serve(["--policy", service.endpoint])
    session(front.address)
    assert [one["protocol_state"] for one in service.requests] == ["RCPT"] * 4
    first, second, third, fourth = [one["instance"] for one in service.requests]
    assert first != second == third != fourth
