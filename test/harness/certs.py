"""Certificates for tests, made by openssl; one file holds chain and key, as fullchain+privkey or split."""
import re
import subprocess
from pathlib import Path

KEYS = {
    "ecdsa": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ecdsa384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa4096": ["RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
    "ed25519": ["ED25519"],
}


def openssl(*arguments, feed=None):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, input=feed).stdout


class Certificate:
    """cert: PEM chain; key: PEM key; both: one file with the two."""

    def __init__(self, folder, stem, names, kind, days):
        self.names, self.kind = names, kind
        self.cert, self.key, self.both = (Path(folder, f"{stem}.{end}") for end in ("crt", "key", "pem"))
        openssl("genpkey", "-algorithm", *KEYS[kind], "-out", self.key)
        openssl("req", "-x509", "-new", "-key", self.key, "-subj", f"/CN={names[0]}", "-days", days, "-out", self.cert,
                "-addext", "subjectAltName=" + ",".join("DNS:" + name for name in names))
        self.both.write_bytes(self.cert.read_bytes() + self.key.read_bytes())
        for path in (self.key, self.both):
            path.chmod(0o600)

    @property
    def serial(self):
        """Upper-case hexadecimal, as openssl prints it."""
        return openssl("x509", "-in", self.cert, "-noout", "-serial").decode().strip().split("=")[1]

    @property
    def der(self):
        return openssl("x509", "-in", self.cert, "-outform", "DER")

    def secret_numbers(self):
        """The private numbers as big-endian bytes: RSA d, p, q; the EC scalar."""
        text = openssl("pkey", "-in", self.key, "-noout", "-text").decode()
        numbers = []
        for name in ("privateExponent", "prime1", "prime2", "priv"):
            found = re.search(rf"^{name}:\n((?:    +[0-9a-f:]+\n)+)", text, re.MULTILINE)
            if found:
                numbers.append(bytes.fromhex(re.sub(r"[\s:]", "", found.group(1))).lstrip(b"\0"))
        return numbers


class Certificates:
    """Makes each certificate once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._made = {}

    def get(self, *names, kind="ecdsa", copy=0, days=30):
        key = (names or ("mail.example",), kind, copy, days)
        if key not in self._made:
            self._made[key] = Certificate(self.folder, f"{len(self._made)}-{kind}", key[0], kind, days)
        return self._made[key]
