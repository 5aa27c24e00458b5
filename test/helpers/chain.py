"""tlswrapper and tlswrapper-smtp, ours, Debian's and upstream's newest, under a super-server with a small SMTP program
behind them. The newest pair is in no package: a folder with both programs, built elsewhere, is named by
EHLOCK_NEWEST_TLSWRAPPER."""
import os
import shutil
from pathlib import Path

from harness import front, procfs
from harness.client import Client
from harness.process import Program, run
from harness.waiting import free_port, until

NEWEST = os.environ.get("EHLOCK_NEWEST_TLSWRAPPER")


def generations(name):
    return {"ours": front.program(name), "debian": Path("/usr/bin", name), "newest": NEWEST and Path(NEWEST, name)}


WRAPPERS = generations("tlswrapper")
HELPERS = generations("tlswrapper-smtp")
PYTHON = "/usr/bin/python3"

# An SMTP program that trusts its input, as many do: it keeps every octet it hears. Lines may end in LF alone.
PROGRAM = """
import os, sys
place = sys.argv[1]
heard = open(f"{place}/heard.{os.getpid()}", "wb", buffering=0)
with open(f"{place}/environment", "w") as out:
    out.write("\\n".join(f"{name}={value}" for name, value in os.environ.items()))
with open(f"{place}/descriptors", "w") as out:
    for fd in range(10):
        try:
            out.write(f"{fd} {os.readlink(f'/proc/self/fd/{fd}')}\\n")
        except FileNotFoundError:
            pass
def say(text):
    os.write(1, text.encode() + b"\\r\\n")
def lines():
    rest = b""
    while True:
        block = os.read(0, 65536)
        if not block:
            return
        heard.write(block)
        rest += block
        while b"\\n" in rest:
            line, rest = rest.split(b"\\n", 1)
            yield line.rstrip(b"\\r")
say("220 program ESMTP")
in_data = False
for line in lines():
    if in_data:
        if line == b".":
            in_data = False
            say("250 queued")
        continue
    verb = line.split(b" ")[0].upper()
    if verb == b"EHLO":
        say("250-program\\r\\n250-PIPELINING\\r\\n250 8BITMIME")
    elif verb == b"DATA":
        in_data = True
        say("354 go")
    elif verb == b"EXIT":
        sys.exit(int(line.split()[1]))
    elif verb == b"KILL":
        os.kill(os.getpid(), 9)
    elif verb == b"QUIT":
        say("221 bye")
        sys.exit(int(os.environ.get("STATUS", "0")))
    else:
        say("250 ok " + verb.decode("latin-1"))
"""

# inetd's way: the connection is 0 and 1, with ERRORS set also 2; nothing in the environment tells about it.
INETD = """
import os, socket, subprocess, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening on", sys.argv[1], flush=True)
while True:
    connected, _ = listener.accept()
    with connected:
        errors = connected if "ERRORS" in os.environ else None
        started = subprocess.Popen(sys.argv[2:], stdin=connected, stdout=connected, stderr=errors)
    print("end", started.pid, "status", started.wait() * 256, flush=True)
"""


def missing(path):
    return path is None or not Path(path).exists()


def send_by_swaks(port, *options):
    status, text = run(["swaks", "--server", f"127.0.0.1:{port}", "--from", "a@client.example", "--to", "b@mail.example", "--helo",
                        "client.example", *options])
    if status != 0:
        raise ConnectionError(text)
    assert ("TLS started" in text) == ("-tls" in options), text


class Chain(Program):
    """A super-server with `words` as what it starts for each connection."""

    def __init__(self, place, words, server="tcpserver", environment=None):
        self.place = place
        self.port = free_port()
        if server == "tcpserver":
            arguments = ["tcpserver", "-v", "-HRDl0", "127.0.0.1", self.port]
        else:
            (place / "inetd.py").write_text(INETD, encoding="ascii")
            arguments = [PYTHON, "-u", place / "inetd.py", self.port]
        super().__init__([*arguments, *words], place, environment)
        self.wait_for(r"status: 0/\d+" if server == "tcpserver" else r"listening on ")

    def client(self, **options):
        return Client(("127.0.0.1", self.port), **options)

    def swaks(self, *options):
        """A mail by swaks; with -tls inside TLS."""
        send_by_swaks(self.port, *options)

    def status(self, count=1):
        """The exit status of the `count`-th connection that ended; 1000 + n for a signal."""
        status = int(self.wait_for(r"end \d+ status (\d+)", count=count).group(1))
        return status // 256 if status % 256 == 0 else 1000 + status % 256

    def program_heard(self):
        """What all sessions' programs read, in no particular order."""
        return b"".join(path.read_bytes() for path in sorted(self.place.glob("heard.*")))

    def started(self):
        return len(list(self.place.glob("heard.*")))

    def environment(self):
        path = self.place / "environment"
        until(path.exists, "the program has started")
        return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)

    def processes(self):
        """Of the one connection there is: what the super-server started, and its children."""
        return procfs.children(self.pid)


class Cells:
    """Makes chains of either generation's programs; the fixture `cells`."""

    def __init__(self, place, certificates):
        self.place, self.certificates = place, certificates
        self.program = place / "program.py"
        self.program.write_text(PROGRAM, encoding="ascii")

    def words_of_program(self):
        return [PYTHON, "-u", self.program, self.place]

    def start(self, wrapper="ours", helper="ours", *, delayed=True, options=(), helper_options=(), program=None,
              server="tcpserver", environment=None, certs=None, prefix=()):
        """helper=None: the wrapper starts the program itself. wrapper=None: there is only the helper."""
        words = list(prefix)
        if wrapper:
            certs = [self.certificates.get()] if certs is None else certs
            words += [WRAPPERS[wrapper], "-vv"] + (["-n"] if delayed else [])
            words += [word for one in certs for word in ("-f", one.both)] + list(options)
        if helper:
            words += [HELPERS[helper], "-vv", *helper_options]
        words += self.words_of_program() if program is None else program
        return Chain(self.place, words, server, environment)


def usable(name, table):
    return name == "ours" or (os.getuid() == 0 and not missing(table[name]))


def fit(wrapper, helper):
    """Debian's and the newest do not know each other's control protocol: such cells are left out."""
    return "ours" in (wrapper, helper) or wrapper == helper


def have(*programs):
    return all(shutil.which(program) for program in programs)
