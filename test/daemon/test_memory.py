"""Memory that fails at each allocation of a session, one at a time: what the client, the others and the backend see of it.
A sample of them; all with EHLOCK_EVERY_ALLOCATION in the environment (./dev interop)."""
import os
import ssl

import pytest

from harness.memory import FailingMemory
from harness.waiting import until

STEP = 1 if os.environ.get("EHLOCK_EVERY_ALLOCATION") else 53
# What may come instead of a reply, besides one of 421: the end, or the alert of a handshake that was not begun.
ENDS = ("no reply but [b'']", "421", r"before the handshake: b'\x15")


def body(mark):
    return b"x" * 40_000 + b"\r\nmark %d\r\n" % mark


def is_told(client, mark):
    """A whole session with one message; true when the client was told that it was taken. Nothing is heard in clear after TLS
    has begun: that would be a wrong version number."""
    told = False
    try:
        with client:
            client.hello()
            client.starttls()
            client.expect("EHLO client.example", 250)
            told = client.mail(body(mark)).code == 250
            client.expect("QUIT", 221)
    except ssl.SSLError as error:
        assert error.reason != "WRONG_VERSION_NUMBER", error
    except AssertionError as error:
        assert any(end in str(error) for end in ENDS), error
    except OSError:
        pass
    return told


@pytest.fixture
def short(serve, place, recorder):
    """A front and its failing memory: short(role) is the process it fails in, after a few sessions."""
    memory = FailingMemory(place)
    front = serve(environment=memory.environment, workers=1)
    assert all(is_told(front.client(), 0) for _ in range(3))
    front.sessions_ended(3)
    return front, memory


def allocations(front, memory, pid):
    """How many a session takes of this process."""
    memory.fail(pid, 0, 0)
    assert is_told(front.client(), 0)
    front.sessions_ended(4)
    return memory.count


@pytest.mark.timeout(600)
def test_a_worker_without_memory_for_a_session_goes_on_with_the_others(short, recorder):
    front, memory = short
    worker = front.one("worker")
    held = front.secured()
    held.expect("EHLO client.example", 250)
    most = allocations(front, memory, worker.pid)
    told, began, descriptors = [], len(recorder.messages), len(worker.descriptors())
    for first in range(1, most, STEP):
        memory.fail(worker.pid, first)
        if is_told(front.client(), first):
            told.append(first)
        memory.fail(0, 0)
        held.expect("NOOP", 250)
    assert is_told(front.client(), 0)
    assert front.one("worker").pid == worker.pid
    arrived = [message.raw for message in recorder.messages[began:]]
    assert {body(first) for first in told} <= set(arrived) <= {body(first) for first in range(most)}
    assert len(arrived) == len(set(arrived))
    until(lambda: len(worker.descriptors()) <= descriptors, "all of the sessions' descriptors closed")
    held.expect("QUIT", 221)


@pytest.mark.timeout(600)
def test_a_key_process_without_memory_is_replaced_at_worst(short):
    front, memory = short
    most = allocations(front, memory, front.one("key").pid)
    assert most > 0
    for first in range(1, most + 1, 1 if STEP == 1 else most // 3):
        memory.fail(front.one("key").pid, first)
        is_told(front.client(), first)
        memory.fail(0, 0)
    until(lambda: is_told(front.client(), 0), "service")


def test_a_worker_that_has_no_memory_left_at_all_is_replaced(short):
    front, memory = short
    worker = front.one("worker").pid
    memory.fail(worker, 1, 1 << 40)
    assert not is_told(front.client(), 0)
    until(lambda: any(one.pid != worker for one in front.roles().get("worker", [])), "another worker")
    memory.fail(0, 0)
    until(lambda: is_told(front.client(), 0), "service")
