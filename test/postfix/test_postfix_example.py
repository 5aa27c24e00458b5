"""What the example and the manual page tell a Postfix site to do, done as written."""
import re
import subprocess
from pathlib import Path

import pytest

from harness.process import run
from peers.tlsproxy_site import key_first

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/postfix"


def commands_of(title):
    """The lines of the first shell block below a title of the example's README."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8").split(f"## {title}\n", 1)[1]
    return re.search(r"```sh\n(.*?)```", text, re.DOTALL).group(1).splitlines()


def perform(one, title):
    """As root would type them, with the private Postfix for the machine's."""
    for line in commands_of(title):
        status, text = run(["sh", "-c", line], environment={"MAIL_CONFIG": str(one.folder)})
        assert status == 0, f"{line}: {text}"


def reached(one, program, source):
    """A client whose TLS is done by this program, within the time a reload takes."""
    for attempt in range(10):
        with one.secured(source=f"127.0.{source}.{attempt + 1}") as client:
            try:
                one.carried_by(client, program)
            except AssertionError:
                continue
            finally:
                one.dialog(client)
            return
    pytest.fail(f"{program.name} was not reached")


def test_put_in_and_go_back_as_the_readme_says(make_site, original, ours, certificates, place):
    rsa, ecdsa = certificates.get(kind="rsa"), certificates.get(kind="ecdsa")
    text = (EXAMPLE / "main.cf").read_text(encoding="utf-8")
    for name, certificate in (("ecdsa", ecdsa), ("rsa", rsa)):
        text = text.replace(f"/etc/postfix/tls/{name}.pem", str(key_first(certificate)))
    main = dict(re.findall(r"^(\w+) = ?((?:.*\n)(?:[ \t].*\n)*)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), re.MULTILINE))
    assert set(main) == {"smtpd_tls_security_level", "smtpd_tls_chain_files", "smtpd_tls_protocols", "smtpd_tls_loglevel"}
    one = make_site(original, [], chroot=True, main={name: value.replace("\n", " ") for name, value in main.items()})
    one.install(ours, "../../ehlock/tlsproxy")
    with one.secured(source="127.0.9.9") as before:
        one.carried_by(before, original)
        before.expect("EHLO client.example", 250)
        perform(one, "Put it in")
        reached(one, ours, 1)
        one.dialog(before)
    in_use = run(["postconf", "-c", one.folder, "-M", "tlsproxy/unix"])[1].split()
    example = [line for line in (EXAMPLE / "master.cf").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(example) == 1 and in_use == example[0].split()
    perform(one, "Go back")
    reached(one, original, 2)
    assert one.count(r"/tlsproxy\[\d+\]: (fatal|panic|error)") == 0


def test_the_lines_that_keep_the_original_for_the_client_role(make_site, ours, original):
    """Both beside each other, as the manual page shows."""
    text = (ROOT / "man/tlsproxy.8.scd").read_text(encoding="utf-8")
    second = re.search(r"^tlsproxc .*$", text, re.MULTILINE).group(0)
    one = make_site(ours, command="../../ehlock/tlsproxy", more=second.replace("  y  ", "  n  ") + "\n")
    one.session()
    sockets = {path.name for path in (one.folder / "queue/private").iterdir()}
    assert {"tlsproxy", "tlsproxc"} <= sockets
    assert (one.libexec / "tlsproxy").resolve() == original.path.resolve()


def test_the_manual_names_every_parameter_of_the_installed_postfix(original):
    del original  # skips where Postfix is not there
    known = subprocess.run(["postconf", "-c", "/nonexistent", "-d"], capture_output=True, text=True, check=False).stdout
    if not known:
        known = subprocess.run(["postconf", "-d"], capture_output=True, text=True, check=False).stdout
    names = [line.split(" ")[0] for line in known.splitlines()]
    wanted = [name for name in names if re.match(r"tlsproxy_(tls|use|enforce|watchdog)", name)]
    assert len(wanted) > 20
    page = (ROOT / "man/tlsproxy.8.scd").read_text(encoding="utf-8")
    assert [name for name in wanted if name not in page] == []
    table = (ROOT / "COMPATIBILITY.md").read_text(encoding="utf-8").split("### Its TLS parameters", 1)[1]
    assert [name for name in wanted if f"`{name.removeprefix('tlsproxy_tls_')}`" not in table] == []
