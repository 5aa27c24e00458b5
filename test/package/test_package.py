"""The Debian packages in a fresh Debian, as an operator meets them: install, check, serve, upgrade, remove, purge."""
import re
import shutil
import subprocess
import tempfile

import pytest

from chroot import BUILT, Chroot
from harness.backend import Recorder
from harness.process import run
from harness.waiting import free_port

pytestmark = [pytest.mark.root, pytest.mark.timeout(1200)]
PACKAGES = ("ehlock", "ehlock-tlswrapper", "ehlock-postfix")


def built(name):
    found = sorted(BUILT.glob(f"{name}_*.deb"))
    assert len(found) == 1, f"{name}: {found}; ./dev package builds it"
    return found[0]


@pytest.fixture(scope="module")
def debian():
    """With what the packages depend on already there, so that files before and after can be compared."""
    folder = tempfile.mkdtemp(prefix="ehlock-debian-")
    system = Chroot(folder)
    system.done("apt-get", "update")
    yield system
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def before(debian):
    """The files before ours came, the packages ours depend on included."""
    packages = [debian.take(built(name)) for name in PACKAGES]
    text = debian.done("apt-get", "install", "--simulate", *packages)
    needed = [name for name in re.findall(r"^Inst (\S+)", text, re.MULTILINE) if not name.startswith("ehlock")]
    debian.done("apt-get", "install", "-y", "openssl", "tlswrapper", "postfix", *needed)
    return debian.files()


@pytest.fixture(scope="module")
def installed(debian, before):
    debian.done("apt-get", "install", "-y", *(f"/srv/{built(name).name}" for name in PACKAGES))
    return debian


def test_a_package_brings_its_user_its_jail_and_nothing_that_starts_without_configuration(installed):
    assert installed.done("getent", "passwd", "ehlock").startswith("ehlock:")
    assert installed.done("stat", "-c", "%a %U", "/var/lib/ehlock/empty").strip() == "555 root"
    assert installed.done("ehlock", "--version").startswith("ehlock")
    assert not installed.path("/etc/ehlock/ehlock.toml").exists()
    enabled = installed.path("/etc/systemd/system/multi-user.target.wants")
    assert [entry.name for entry in enabled.glob("*lock*")] == ["ehlock.service"]


def test_Debians_tlswrapper_made_room(installed):
    text = installed.done("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", "*tlswrapper")
    assert "ehlock-tlswrapper installed" in text and "\ntlswrapper installed" not in text
    status, text = installed.run("tlswrapper", "-h")
    assert status == 100 and "tlswrapper" in text


def test_files_of_Postfix_are_untouched_and_its_master_finds_our_tlsproxy(installed):
    status, text = installed.run("dpkg", "--verify", "postfix")
    assert (status, text) == (0, "")
    command = installed.path("/usr/share/doc/ehlock-postfix/examples/master.cf").read_text(encoding="utf-8").split()[-1]
    assert installed.done("stat", "-c", "%U %a", f"/usr/lib/postfix/sbin/{command}").strip() == "root 755"


def test_units_find_their_programs(installed):
    units = [f"/lib/systemd/system/{one.name}" for one in installed.path("/lib/systemd/system").iterdir()
             if one.name.startswith(("ehlock", "tlswrapper"))]
    assert len(units) == 6
    status, text = installed.run("systemd-analyze", "verify", *units)
    assert [line for line in text.splitlines() if "man " not in line] == [], status


def test_completion_is_where_bash_looks(installed):
    installed.done("bash", "-c", "source /usr/share/bash-completion/completions/ehlock && complete -p ehlock")


@pytest.fixture
def serving(installed):
    """The service of an operator who copied the example's idea: certificate, ten lines, the unit's own command."""
    recorder, port = Recorder(), free_port()
    installed.path("/etc/ehlock").mkdir(exist_ok=True)
    installed.done("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=mail.example",
                   "-addext", "subjectAltName=DNS:mail.example", "-keyout", "/etc/ehlock/privkey.pem",
                   "-out", "/etc/ehlock/fullchain.pem")
    installed.path("/etc/ehlock/ehlock.toml").write_text(
        f'listen = ["127.0.0.1:{port}"]\nbackend = "{recorder.endpoint}"\nidentity = "none"\n'
        'cert = "/etc/ehlock/fullchain.pem"\nkey = "/etc/ehlock/privkey.pem"\nworkers = 1\n', encoding="ascii")
    unit = installed.path("/lib/systemd/system/ehlock.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE).group(1).split()

    def start():
        program = installed.start(*command)
        program.wait_for(r": ready$")
        return program

    yield start, port, recorder
    recorder.close()
    shutil.rmtree(installed.path("/etc/ehlock"))


def mail_by_swaks(port):
    status, text = run(["swaks", "--server", "127.0.0.1", "--port", port, "--tls", "--from", "a@mail.example",
                        "--to", "b@mail.example", "--body", "hello"])
    assert status == 0, text
    return text


def test_the_installed_service_secures_mail_and_is_upgraded(installed, serving):
    start, port, recorder = serving
    program = start()
    assert "TLS started" in mail_by_swaks(port)
    assert recorder.wait_messages(1)
    newer = [installed.take(upgraded(built(name))) for name in PACKAGES]  # those that depend on each other, together
    text = installed.done("apt-get", "install", "-y", *newer)
    assert re.search(r"Setting up ehlock \(\S+\+next\)", text)
    assert "TLS started" in mail_by_swaks(port)  # the old processes serve until the service manager restarts them
    program.end()
    program = start()
    assert "TLS started" in mail_by_swaks(port)
    assert len(recorder.wait_messages(3)) == 3
    program.end()


def upgraded(package):
    """The same package with a later version."""
    folder = BUILT / "upgrade"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", package, folder], check=True)
    control = folder / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    now = re.search(r"^Version: (.*)$", text, re.MULTILINE).group(1)
    text = text.replace(f"\nVersion: {now}\n", f"\nVersion: {now}+next\n").replace(f"(= {now})", f"(= {now}+next)")
    control.write_text(text, encoding="utf-8")
    newer = BUILT / f"upgrade-{package.name}"
    subprocess.run(["dpkg-deb", "-b", folder, newer], check=True, stdout=subprocess.DEVNULL)
    return newer


def test_removed_and_purged_they_leave_nothing_but_the_user(installed, before):
    installed.done("apt-get", "remove", "-y", *PACKAGES)
    assert not installed.path("/usr/sbin/ehlock").exists()
    installed.done("dpkg", "--purge", *PACKAGES)  # apt knows no more of those that left nothing
    left = {path for path in installed.files() - before if not path.startswith("/etc/")}
    assert left == set()
    etc = {path for path in installed.files() - before if path.startswith("/etc/")}
    assert etc <= {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock"}
