"""What is remembered of clients, told as scenarios: they hold wherever it is kept. Each gets start(options), which starts a
front. Times are seconds, so that the network's patience is tried without waiting long."""
from harness.client import Client
from harness.waiting import until

COUNTED = ["--limit-exempt", "unix"]  # loopback is exempt by default
GREYLIST = [*COUNTED, "--reputation-greylist", "--max-errors", "0", "--reputation-greylist-delay"]


def opened(front, source="127.0.1.2"):
    client = Client(front.address, source=source)
    client.hello()
    return client


def recipient(client, sender="a@client.example", to="b@mail.example"):
    """The reply to RCPT in a transaction of its own."""
    client.expect("RSET", 250)
    client.expect(f"MAIL FROM:<{sender}>", 250)
    return client.command(f"RCPT TO:<{to}>")


def accepted_at_last(client, **envelope):
    """Again and again, as a mail server does."""
    return until(lambda: recipient(client, **envelope).code == 250, "it is accepted")


def refused(front, text, source="127.0.1.2"):
    with Client(front.address, source=source) as client:
        reply = client.reply()
        assert reply.code == 421 and text in reply.text, reply


def deferred(client, seconds, **envelope):
    reply = recipient(client, **envelope)
    assert (reply.code, reply.text) == (450, f"4.2.0 Greylisted, try again in {seconds} seconds"), reply


def a_new_triplet_waits_and_its_network_is_known_after(start):
    front = start([*GREYLIST, "300s"], workers=2)
    for source in ("127.0.1.2", "127.0.1.77"):  # one /24; each connection may meet another worker
        for sender in ("a@client.example", "a+detail@CLIENT.example"):
            with opened(front, source) as client:
                reply = recipient(client, sender=sender)
                assert reply.code == 450 and "4.2.0 Greylisted, try again in " in reply.text, reply
    front.wait_for(r"greylist: must wait 300 s from 127\.0\.1\.0/24$")
    front.wait_for(r"reject: RCPT from unknown\[127\.0\.1\.2\]: 450 4\.2\.0 Greylisted, try again in 300 seconds")
    with opened(front, "127.0.2.2") as client:
        deferred(client, 300)
        assert recipient(client, to="Postmaster@mail.example").code == 250


def who_comes_again_passes_and_with_it_its_network(start):
    front = start([*GREYLIST, "1s", "--reputation-greylist-pass", "2"])
    with opened(front) as client:
        deferred(client, 1, sender="1@client.example")
        deferred(client, 1, sender="a@client.example")
        accepted_at_last(client, sender="2@client.example")  # any number is the same
        front.wait_for(r"greylist: came again after [12] s from 127\.0\.1\.0/24$")
        deferred(client, 1, sender="c@client.example")
        accepted_at_last(client, sender="a@client.example")
    with opened(front, "127.0.1.3") as client:
        assert recipient(client, sender="d@client.example").code == 250
    with opened(front, "127.0.2.3") as client:
        deferred(client, 1, sender="d@client.example")


def errors_of_a_network_shut_it_out(start):
    front = start([*COUNTED, "--reputation-client-errors", "5/1h", "--max-errors", "0"], workers=2)
    with opened(front) as client:
        for _ in range(5):
            client.command("NONSENSE")
        client.expect("QUIT", 221)
    front.wait_for(r"warning: Error limit exceeded: 5 from .*\(reputation\.client_errors = 5/3600s for 127\.0\.1\.0/24\)$")
    for _ in range(3):
        refused(front, "too many errors from 127.0.1.2")
    opened(front, "127.0.2.2").close()


def sessions_of_a_network_are_counted(start):
    front = start([*COUNTED, "--reputation-client-rate", "3/1h"], workers=2)
    for _ in range(3):
        opened(front).close()
    for _ in range(2):
        refused(front, "too many connections from 127.0.1.2")
    front.wait_for(r"warning: Connection rate limit exceeded: 4 from .*\(reputation\.client_rate = 3/3600s for 127\.0\.1\.0/24\)$")
    assert front.count("Connection rate limit exceeded") == 1
    opened(front, "127.0.2.2").close()


def who_waited_is_greeted_at_once(start):
    front = start([*COUNTED, "--greet-delay", "1s", "--reputation-patience", "1h", "--reputation-client-errors", "10/1h"], workers=2)
    with opened(front) as client:
        client.expect("QUIT", 221)
    front.sessions_ended()
    with Client(front.address, source="127.0.1.2") as client:
        client.send(b"EHLO client.example\r\n")  # it need not wait any more, and nobody looks whether it does
        assert client.reply().code == 220
    with Client(front.address, source="127.0.2.2") as client:
        client.send(b"EHLO client.example\r\n")
        assert client.reply().code == 521
    front.wait_for("Error limit exceeded: 10 from")
    refused(front, "too many errors from 127.0.2.2", source="127.0.2.2")


SCENARIOS = [a_new_triplet_waits_and_its_network_is_known_after, who_comes_again_passes_and_with_it_its_network,
             errors_of_a_network_shut_it_out, sessions_of_a_network_are_counted, who_waited_is_greeted_at_once]
