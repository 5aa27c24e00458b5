"""Floods of TLS records that carry nothing: each ends its own session, and costs little until then."""
import pytest

from harness.floods import of, pour, records
from harness.procfs import ticks
from harness.records import DATA, Forger

GROWTH_KIB = 8192  # of a worker, for one session that does its worst


def one_mail(front):
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == 250
        client.expect("QUIT", 221)


@pytest.fixture
def told_to_begin(serve, recorder, certificates):
    """A client that was told to begin TLS. Afterwards its session has ended, the worker is what it was, and serves."""
    front = serve(["--client-cert", "ask", "--client-ca", certificates.get().cert])
    one_mail(front)
    before = front.one("worker")
    spent = ticks(before.pid)
    with front.client() as client:
        client.hello()
        client.expect("STARTTLS", 220)
        yield client
        front.sessions_ended(2)
    after = front.one("worker")
    assert after.pid == before.pid and after.resident_kib - before.resident_kib < GROWTH_KIB
    assert ticks(after.pid) - spent < 100
    one_mail(front)


@pytest.mark.parametrize("name", of(20))
def test_threat_20_a_flood_of_renegotiations_ends_its_session(told_to_begin, name):
    pour(told_to_begin, records(told_to_begin, name))


@pytest.mark.parametrize("name", of(21))
def test_threat_21_a_flood_of_key_updates_ends_its_session(told_to_begin, name):
    pour(told_to_begin, records(told_to_begin, name))


@pytest.mark.parametrize("name", of(22))
def test_threat_22_a_flood_of_records_that_carry_nothing_ends_its_session(told_to_begin, name):
    pour(told_to_begin, records(told_to_begin, name))


@pytest.mark.parametrize("name", of(23))
def test_threat_23_a_message_without_end_ends_its_session(told_to_begin, name):
    pour(told_to_begin, records(told_to_begin, name))


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_threats_21_and_22_in_measure_are_no_flood(told_to_begin, version):
    forger = Forger(told_to_begin, version)
    for _ in range(20):
        forger.send(b"".join(forger.seal(DATA, b"") for _ in range(20)))
        if version == "1.3":
            forger.send(b"".join(forger.key_update(1) for _ in range(20)))
        forger.say(b"NOOP\r\n")
        assert forger.hear() == b"250 2.0.0 ok\r\n"
    forger.say(b"QUIT\r\n")
    assert forger.hear().startswith(b"221")
