"""The units of packaging/systemd: by systemd's own judgement they can be loaded and leave a service little; and the service
works with what they leave it."""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import procfs
from harness.waiting import until

UNITS = Path(__file__).parents[2] / "packaging/systemd"
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def analyze(*words):
    done = subprocess.run(["systemd-analyze", "--no-pager", *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def exposure(unit):
    """0 (nothing left to it) to 10, as `systemd-analyze security` counts."""
    text = analyze("security", "--offline=true", unit)
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", text).group(1))


def test_every_unit_can_be_loaded(place):
    for unit in UNITS.iterdir():
        if unit.suffix in (".service", ".socket"):
            text = re.sub(r"/usr/(sbin/ehlock|bin/tlswrapper)\b", "/bin/true", unit.read_text(encoding="utf-8"))
            (place / unit.name).write_text(text, encoding="utf-8")
    said = analyze("verify", *place.iterdir())
    assert [line for line in said.splitlines() if "man " not in line] == []


def test_the_service_that_starts_as_root_is_left_what_its_processes_need():
    assert exposure(UNITS / "ehlock.service") <= 2.4


def test_SECURITY_says_why_of_everything_that_is_left():
    text = analyze("security", "--offline=true", UNITS / "ehlock.service")
    left = set(re.findall(r"^✗ (\S+)", text, re.MULTILINE))
    page = (UNITS.parents[1] / "SECURITY.md").read_text(encoding="utf-8").split("| what is left | why |")[1].split("\n\n")[0]
    said = {name.replace("\\|", "|") for row in page.splitlines() for name in re.findall(r"`(\S+=\S*)`", row.split(" | ")[0])}
    assert said == left


def with_drop_in(name):
    """The text of ehlock.service with a drop-in behind it."""
    drop_in = (UNITS / name).read_text(encoding="utf-8").split("[Service]\n")[1]
    return (UNITS / "ehlock.service").read_text(encoding="utf-8").replace("\n[Install]", "\n" + drop_in + "\n[Install]")


def test_the_service_without_root_is_left_little_but_the_network(place):
    (place / "ehlock.service").write_text(with_drop_in("unprivileged.conf"), encoding="utf-8")
    assert exposure(place / "ehlock.service") <= 1.5


def members(group):
    text = analyze("syscall-filter", group)
    for word in re.findall(r"^    (@?[a-z0-9_-]+)$", text, re.MULTILINE):
        yield from members(word) if word.startswith("@") else [word]


def system_calls(unit):
    """What the lines SystemCallFilter= of a unit's text permit, as systemd.exec(5) reads them."""
    permitted = set(members("@default"))
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        names = set()
        for word in line.removeprefix("~").split():
            names |= set(members(word)) if word.startswith("@") else {word}
        permitted = permitted - names if line.startswith("~") else permitted | names
    return sorted(permitted)


# Becomes the program under a filter that lets the listed calls pass and answers EPERM to all others.
CONFINE = """
import errno, json, os, seccomp, sys
confined = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
for name in json.load(open(sys.argv[1])):
    try:
        confined.add_rule(seccomp.ALLOW, name)
    except (RuntimeError, ValueError):
        pass
confined.load()
os.execv(sys.argv[2], sys.argv[2:])
"""


def confined(unit, place, *who):
    """The words before a command that leave it the capabilities and system calls of the last lines of a unit."""
    capabilities = re.findall(r"^CapabilityBoundingSet=(.*)$", unit, re.MULTILINE)[-1].lower().split()
    bounding = ",".join(["-all"] + ["+" + name.removeprefix("cap_") for name in capabilities])
    calls = place / "calls"
    calls.write_text(json.dumps(system_calls(unit)), encoding="ascii")
    return ["setpriv", f"--bounding-set={bounding}", "--inh-caps=-all", "--no-new-privs", *who,
            sys.executable, "-c", CONFINE, calls]


def carries_mail(front, recorder):
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
    assert front.reload() == "reloaded"
    with front.tls_client() as client:
        client.hello()
    assert recorder.messages
    assert front.stop() == 0


@pytest.mark.root
def test_the_service_works_with_the_capabilities_and_system_calls_of_its_unit(serve, recorder, place):
    front = serve(under=confined((UNITS / "ehlock.service").read_text(encoding="utf-8"), place))
    assert not front.count(r"left out: (chroot|user|capabilit|seccomp)")
    assert len({process.uids.pop() for processes in front.roles().values() for process in processes}) >= 3
    carries_mail(front, recorder)


def signers(serve, certificates, under):
    """The key process and the one for slow signatures."""
    front = serve(certs_used=[certificates.get(), certificates.get(kind="rsa")], under=under)
    key = front.one("key")
    slow, = until(lambda: procfs.children(key.pid), "the process of slow signatures")
    return key, slow


@pytest.mark.root
def test_the_unit_lets_the_key_process_give_way(serve, certificates, place):
    key, slow = signers(serve, certificates, confined((UNITS / "ehlock.service").read_text(encoding="utf-8"), place))
    assert os.sched_getscheduler(key.pid) == os.sched_getscheduler(slow.pid) == os.SCHED_BATCH
    until(lambda: slow.niceness == min(key.niceness + 10, 19), "a lower priority")


@pytest.mark.root
def test_threat_43_the_unit_lets_keys_be_kept_out_of_the_swap(serve, certificates, place):
    unit = (UNITS / "ehlock.service").read_text(encoding="utf-8")
    assert "mlockall" in system_calls(unit)
    limit = re.search(r"^LimitMEMLOCK=(.*)$", unit, re.MULTILINE).group(1).replace("infinity", "unlimited")
    lifted = ["prlimit", f"--memlock={limit}"]
    if subprocess.run([*lifted, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("the limit of locked memory may not be lifted here")
    for process in signers(serve, certificates, [*lifted, *confined(unit, place)]):
        until(lambda pid=process.pid: procfs.ProcessFacts(pid).locked_kib, "locked memory")


@pytest.mark.root
def test_the_service_works_without_root_as_the_drop_in_leaves_it(serve, recorder, certificates, place):
    used = certificates.get()
    for source in (used.cert, used.key):
        shutil.copy(source, place / source.name)
        shutil.chown(place / source.name, "nobody", "nogroup")
        (place / source.name).chmod(0o400)
    who = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    front = serve(["--cert", place / used.cert.name, "--key", place / used.key.name], certs_used=[],
                  under=confined(with_drop_in("unprivileged.conf"), place, *who))
    assert front.count(r"left out: user: not root")
    assert not front.count(r"left out: seccomp")
    carries_mail(front, recorder)
