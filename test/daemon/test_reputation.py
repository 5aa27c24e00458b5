"""What is remembered of clients on one machine, in the memory its workers share."""
import os
import signal
import urllib.request

import pytest

from harness.client import Client
from harness.reputation import GREYLIST, SCENARIOS, accepted_at_last, deferred, opened, recipient, refused
from harness.waiting import free_port, until


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[each.__name__ for each in SCENARIOS])
def test_in_the_memory_of_the_workers(scenario, serve):
    scenario(serve)


def test_what_is_remembered_outlives_workers_and_reloads(serve):
    front = serve([*GREYLIST, "1s", "--reputation-client-errors", "5/1h"])
    with opened(front) as client:
        deferred(client, 1)
        accepted_at_last(client)
    with opened(front, "127.0.3.2") as client:
        for _ in range(5):
            client.command("NONSENSE")
    front.wait_for("Error limit exceeded")
    os.kill(front.one("worker").pid, signal.SIGKILL)
    front.wait_for("worker 0 started again")
    assert front.reload().startswith("reloaded")
    with opened(front) as client:
        assert recipient(client).code == 250
    refused(front, "too many errors", source="127.0.3.2")


def test_greylisting_is_for_strangers_on_port_25(serve, place):
    config = place / "grey.toml"
    config.write_text('reputation.greylist = true\nlimit.exempt = ["unix", "127.0.9.0/24"]\n'
                      'tls_policy.partner = { greylist = false }\n'
                      'match = [{ network = ["127.0.4.0/24"], tls_policy = "partner" }]\n')
    front = serve(["--config", config])
    with opened(front, "127.0.3.2") as client:
        deferred(client, 300)
    for source in ("127.0.9.1", "127.0.4.1"):  # exempt, and of another policy
        with opened(front, source) as client:
            assert recipient(client).code == 250
    with Client(front.tls_address, tls=True, source="127.0.3.2") as client:
        client.hello()
        assert recipient(client).code == 250


def test_a_recipient_the_policy_service_refuses_is_not_greylisted(serve, backend):
    asked = []

    def policy(connection):
        text = b""
        while not text.endswith(b"\n\n"):
            text += connection.socket.recv(4096)
        asked.append(text)
        connection.socket.sendall(b"action=REJECT no\n\n" if b"recipient=bad@" in text else b"action=DUNNO\n\n")

    front = serve([*GREYLIST, "300s", "--policy", backend(policy).endpoint])
    with opened(front) as client:
        assert recipient(client, to="bad@mail.example").code == 554
        assert recipient(client, to="good@mail.example").code == 450
    until(lambda: len(asked) == 2, "both recipients were asked about")


def test_the_metrics_count_what_was_found(serve):
    endpoint = f"127.0.0.1:{free_port()}"
    front = serve([*GREYLIST, "300s", "--metrics", endpoint])
    with opened(front) as client:
        deferred(client, 300)
    with urllib.request.urlopen(f"http://{endpoint}/metrics") as answer:
        text = answer.read().decode()
    assert 'ehlock_greylist_total{state="wait"} 1' in text
    assert 'ehlock_reputation_requests_total{result="answered"} 1' in text
