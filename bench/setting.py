"""What every measurement of a run shares: cores, ports, certificates, programs, the sink behind the servers."""
import os
import subprocess
from pathlib import Path

import measure
from peer import Failed, free_port, Process

ROOT = Path(__file__).resolve().parent.parent


class Bench:
    """Everything the peers share: cores, ports, certificates, programs, the sink."""

    def __init__(self, options, folder):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise Failed("two cores are needed: one for the server, one for clients and sink")
        self.options, self.folder = options, folder
        self.server_core, self.client_core = cores[0], cores[1]
        os.sched_setaffinity(0, cores[1:])  # the server has its core to itself
        self.machine = measure.Machine(cores[:2])
        self.ehlock = Path(os.environ.get("EHLOCK_BIN") or ROOT / "build/release/bin", "ehlock").resolve()
        self.programs = self.built()
        self.sink_port, self.auth_port = free_port(), free_port()
        self.certificates()
        self.count = 0
        self.two_kinds = False

    @staticmethod
    def built():
        """The folder of bench_load and bench_floor, built if need be."""
        tree = ROOT / "build/release"
        folder = Path(os.environ.get("EHLOCK_BENCH_BIN") or tree / "bench")
        if not os.environ.get("EHLOCK_BENCH_BIN"):
            steps = (["cmake", "--preset", "release", "-DEHLOCK_BENCH=ON"],
                     ["cmake", "--build", str(tree), "--target", "bench_load", "bench_floor", "bench_keys", "bench_relay",
                      "bench_helper_program"])
            for words in steps:
                done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    raise Failed(f"{' '.join(words)}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return folder

    def second_certificate(self):
        """RSA-4096 beside the first one, for those who ask for it."""
        pair = self.folder / "rsa4096.pem", self.folder / "rsa4096.key"
        if not pair[0].exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes", "-keyout", pair[1], "-out", pair[0],
                            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "3"],
                           check=True, capture_output=True)
        return pair

    def pairs(self):
        """(chain, key) of every certificate the servers of this round have."""
        return [(self.chain, self.key), *([self.second_certificate()] if self.two_kinds else [])]

    def certificates(self):
        """An authority, and a leaf it signed: a chain of two, as public ones are."""
        at = self.folder
        self.chain, self.key, self.combined = at / "chain.pem", at / "key.pem", at / "combined.pem"
        kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if self.options.key == "ecdsa" else ["rsa:2048"]
        (at / "leaf.ext").write_text("subjectAltName=DNS:localhost\n")
        run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)  # noqa: E731
        run("req", "-x509", "-newkey", *kind, "-nodes", "-keyout", at / "ca.key", "-out", at / "ca.pem", "-subj",
            "/CN=bench authority", "-days", "3")
        run("req", "-newkey", *kind, "-nodes", "-keyout", self.key, "-out", at / "leaf.csr", "-subj", "/CN=localhost")
        run("x509", "-req", "-in", at / "leaf.csr", "-CA", at / "ca.pem", "-CAkey", at / "ca.key", "-CAcreateserial",
            "-days", "3", "-extfile", at / "leaf.ext", "-out", at / "leaf.pem")
        self.chain.write_text((at / "leaf.pem").read_text() + (at / "ca.pem").read_text())
        self.combined.write_text(self.key.read_text() + self.chain.read_text())
        for path in (self.key, self.combined):
            path.chmod(0o600)

    def backend(self):
        """The sink and nginx's helper, for all peers of the run."""
        sink = Process([self.ehlock, "sink", "--quiet", "--listen", f"127.0.0.1:{self.sink_port}"], self.client_core,
                             self.folder / "sink.log").wait_for_port(self.sink_port)
        auth = Process([self.programs / "bench_load", "auth", "--port", self.auth_port, "--backend-port", self.sink_port],
                             self.client_core, self.folder / "auth.log")
        return sink, auth.wait_for_port(self.auth_port)

    def new_folder(self):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        return folder
