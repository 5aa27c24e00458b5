"""Deadlines, conditions and free ports."""
import random
import socket
import threading
import time

DEADLINE = 20.0  # seconds; generous, since only a failing test waits that long

_handed_out = set()


def until(condition, what, seconds=DEADLINE):
    """Asks `condition` until it returns something true, and returns that; for facts that send no event (/proc)."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        pause.wait(0.01)


def free_port(host="127.0.0.1"):
    """A port nobody listens on, below the kernel's range for outgoing connections, handed out once in this run."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        port = random.randrange(10000, 32000)
        if port in _handed_out:
            continue
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
        _handed_out.add(port)
        return port


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False
