"""Records without end that carry nothing, by the threat they belong to (docs/threats.md)."""
import contextlib
import itertools

from harness.records import ALERT, CHANGE_CIPHER_SPEC, DATA, HANDSHAKE, Forger, message, record

HELLO_REQUEST, CLIENT_HELLO, TICKET, CERTIFICATE, FINISHED, KEY_UPDATE = 0, 1, 4, 11, 20, 24  # RFC 8446 §4, RFC 5246 §7.4
USER_CANCELED, NO_RENEGOTIATION = b"\x01\x5a", b"\x01\x64"  # warnings
HELLO = message(CLIENT_HELLO, 38, b"\x03\x03" + bytes(36))
HUGE = 0xffffff  # the size of a handshake message that never ends
ALMOST = 131_000  # what OpenSSL would take
PIECE = b"x" * 16000


def again(make, *arguments):
    while True:
        yield make(*arguments)


def pieces(make, kind, piece, size=HUGE):
    """One message in records without end."""
    return itertools.chain([make(HANDSHAKE, message(kind, size))], again(make, HANDSHAKE, piece))


# What is sent in clear: from a function that makes a record.
CLEAR = {
    "23 a ClientHello of 16 MiB": lambda make: pieces(make, CLIENT_HELLO, PIECE),
    "23 a ClientHello over 64 KiB": lambda make: pieces(make, CLIENT_HELLO, PIECE, ALMOST),
    "23 a ClientHello in single octets": lambda make: pieces(make, CLIENT_HELLO, b"x", ALMOST),
    "22 warnings first": lambda make: again(make, ALERT, USER_CANCELED),
    "22 ChangeCipherSpec first": lambda make: again(make, CHANGE_CIPHER_SPEC, b"\x01"),
    "22 empty records first": lambda make: again(make, HANDSHAKE, b""),
}
# What is sent in the middle of a handshake of TLS 1.3, and behind one of each version: from a Forger.
FLIGHT = {
    "22 warnings in the flight": lambda one: again(one.seal, ALERT, USER_CANCELED),
    "22 ChangeCipherSpec in the flight": lambda one: again(record, CHANGE_CIPHER_SPEC, b"\x01"),
    "23 an endless Certificate": lambda one: pieces(one.seal, CERTIFICATE, PIECE),
    "23 an endless Finished": lambda one: pieces(one.seal, FINISHED, b"x"),
}
SECURED_1_3 = {
    "21 key updates": lambda one: again(one.key_update, 0),
    "21 key updates that want answers": lambda one: again(one.key_update, 1),
    "21 an endless key update": lambda one: pieces(one.seal, KEY_UPDATE, PIECE),
    "22 empty records in TLS 1.3": lambda one: again(one.seal, DATA, b""),
    "22 empty handshake records": lambda one: again(one.seal, HANDSHAKE, b""),
    "22 warnings in TLS 1.3": lambda one: again(one.seal, ALERT, USER_CANCELED),
    "22 ChangeCipherSpec in TLS 1.3": lambda one: again(record, CHANGE_CIPHER_SPEC, b"\x01"),
    "23 tickets from a client": lambda one: again(one.seal, HANDSHAKE, message(TICKET, 1, b"x")),
    "23 an endless message in TLS 1.3": lambda one: pieces(one.seal, CLIENT_HELLO, PIECE),
}
SECURED_1_2 = {
    "20 renegotiations": lambda one: again(one.seal, HANDSHAKE, HELLO),
    "20 an endless renegotiation": lambda one: pieces(one.seal, CLIENT_HELLO, PIECE),
    "20 HelloRequests": lambda one: again(one.seal, HANDSHAKE, message(HELLO_REQUEST, 0)),
    "22 empty records in TLS 1.2": lambda one: again(one.seal, DATA, b""),
    "22 warnings in TLS 1.2": lambda one: again(one.seal, ALERT, NO_RENEGOTIATION),
    "22 ChangeCipherSpec in TLS 1.2": lambda one: again(one.seal, CHANGE_CIPHER_SPEC, b"\x01"),
}
NAMES = [*CLEAR, *FLIGHT, *SECURED_1_3, *SECURED_1_2]


def of(threat):
    """The names of the floods of a threat."""
    return [name for name in NAMES if name.startswith(f"{threat} ")]


def records(client, name):
    """The records, endless, of a Client that is to begin TLS now, after as much of a handshake as they need."""
    if name in CLEAR:
        return CLEAR[name](record)
    if name in FLIGHT:
        return FLIGHT[name](Forger(client, "1.3", shaken=False))
    if name in SECURED_1_3:
        return SECURED_1_3[name](Forger(client, "1.3"))
    return SECURED_1_2[name](Forger(client, "1.2"))


def pour(client, endless, most=20_000):
    """Sends records and reads nothing: how many went out before the other side ended, or `most`."""
    sent = 0
    with contextlib.suppress(OSError):
        for one in itertools.islice(endless, most):
            client.send(one)
            sent += 1
    return sent
