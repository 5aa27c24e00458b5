"""A TLS client that makes its own records after a handshake of Python's: what no library would send."""
import hashlib
import hmac
import struct
import tempfile
import ssl

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from harness.client import tls_context

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23  # content types, RFC 8446 §5.1
CIPHERS_OF_1_2 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"


def record(content, payload, version=b"\x03\x03"):
    """In clear."""
    return struct.pack("!B2sH", content, version, len(payload)) + payload


def message(kind, size, body=b""):
    """The beginning of a handshake message that promises `size` octets."""
    return struct.pack("!B", kind) + size.to_bytes(3, "big") + body


def _expanded(algorithm, secret, label, size):
    """HKDF-Expand-Label without context, of one block (RFC 8446 §7.1)."""
    label = b"tls13 " + label
    words = struct.pack("!HB", size, len(label)) + label + b"\0\x01"
    return hmac.new(secret, words, algorithm).digest()[:size]


def _key_block(master, seed, size):
    """RFC 5246 §5 and §6.3."""
    block, state = b"", b"key expansion" + seed
    link = state
    while len(block) < size:
        link = hmac.new(master, link, hashlib.sha256).digest()
        block += hmac.new(master, link + state, hashlib.sha256).digest()
    return block[:size]


class Sealing13:
    """Records of TLS 1.3, AES-GCM."""

    def __init__(self, cipher, secret):
        self._algorithm = "sha384" if cipher.endswith("SHA384") else "sha256"
        self._key_size = 32 if "AES_256" in cipher else 16
        self._take(secret)

    def _take(self, secret):
        self._secret, self._number = secret, 0
        self._box = AESGCM(_expanded(self._algorithm, secret, b"key", self._key_size))
        self._iv = int.from_bytes(_expanded(self._algorithm, secret, b"iv", 12), "big")

    def seal(self, content, payload):
        nonce = (self._iv ^ self._number).to_bytes(12, "big")
        self._number += 1
        head = struct.pack("!BHH", DATA, 0x0303, len(payload) + 17)
        return head + self._box.encrypt(nonce, payload + bytes([content]), head)

    def key_update(self, requested):
        """The message, and the next keys (RFC 8446 §4.6.3, §7.2)."""
        said = self.seal(HANDSHAKE, message(24, 1, bytes([requested])))
        self._take(_expanded(self._algorithm, self._secret, b"traffic upd", hashlib.new(self._algorithm).digest_size))
        return said


class Sealing12:
    """Records of TLS 1.2, AES-128-GCM (RFC 5288). Number 0 was the Finished."""

    def __init__(self, master, seed):
        block = _key_block(master, seed, 40)
        self._box, self._salt, self._number = AESGCM(block[:16]), block[32:36], 1

    def seal(self, content, payload):
        number = struct.pack("!Q", self._number)
        self._number += 1
        head = struct.pack("!BHH", content, 0x0303, len(payload))
        sealed = self._box.encrypt(self._salt + number, payload, number + head)
        return record(content, number + sealed)


class Forger:
    """Takes a Client that is to begin TLS now through its handshake; shaken=False (TLS 1.3): up to where the client's last
    flight is due. `seal(content, payload)` makes a record, key_update(requested) too; `say` sends plaintext; what the
    server says is read by Python's library."""

    def __init__(self, client, version="1.3", shaken=True):
        self.socket = client.socket
        context = tls_context(version, ciphers=CIPHERS_OF_1_2) if version == "1.2" else tls_context(version)
        with tempfile.NamedTemporaryFile() as keys:
            context.keylog_filename = keys.name
            self._wire, said = ssl.MemoryBIO(), ssl.MemoryBIO()
            self._tls = context.wrap_bio(self._wire, said, server_hostname="mail.example")
            first = self._shake(said, shaken)
            secrets = dict((line.split()[0], line.split()[1:]) for line in keys.read().splitlines() if b" " in line)
        if version == "1.3":
            label = b"CLIENT_TRAFFIC_SECRET_0" if shaken else b"CLIENT_HANDSHAKE_TRAFFIC_SECRET"
            sealing = Sealing13(self._tls.cipher()[0], bytes.fromhex(secrets[label][1].decode()))
            self.key_update = sealing.key_update
        else:
            client_random, master = (bytes.fromhex(text.decode()) for text in secrets[b"CLIENT_RANDOM"])
            sealing = Sealing12(master, first[11:43] + client_random)
        self.seal = sealing.seal

    def _shake(self, said, shaken):
        """Returns the server's first octets: its ServerHello."""
        first = b""
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.socket.sendall(said.read())
                heard = self.socket.recv(65536)
                first = first or heard
                self._wire.write(heard)
        if shaken:
            self.socket.sendall(said.read())
        return first

    def send(self, octets):
        self.socket.sendall(octets)

    def say(self, text):
        self.send(self.seal(DATA, text))

    def hear(self, wanted=b"\r\n"):
        """Plaintext up to and with `wanted`; less when the server ended."""
        heard = b""
        while wanted not in heard:
            try:
                heard += self._tls.read(65536)
            except ssl.SSLWantReadError:
                block = self.socket.recv(65536)
                if not block:
                    break
                self._wire.write(block)
        return heard
