"""Where ours differs from Debian's on purpose: each test says what Debian's does, and what ours does instead."""
import re
from pathlib import Path

import pytest

INJECTED = b"STARTTLS\r\nMAIL FROM:<injected@evil.example>\r\nRCPT TO:<x@mail.example>\r\n"


def test_starttls_injection_cve_2011_0411(cells, wrapper, helper):
    """Debian's helper runs commands that were pipelined behind STARTTLS inside TLS; ours drops them."""
    front = cells.start(wrapper, helper)
    with front.client() as client:
        client.hello()
        client.send(INJECTED)
        first = client.reply().code
        if helper == "debian" and first == 250:
            return  # Debian's helper was quicker than the wrapper, and answered the injected command even in clear
        assert first == 220
        client.secure()
        if helper == "debian":
            assert [client.reply().code, client.reply().code] == [250, 250]
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    front.status()
    assert (b"injected@evil.example" in front.program_heard()) == (helper == "debian")


def test_starttls_injection_of_half_a_command(cells, wrapper):
    front = cells.start(wrapper, "ours")
    with front.client() as client:
        client.hello()
        client.send(b"STARTTLS\r\nMAIL FROM:<inj")
        assert client.reply().code == 220
        client.secure()
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    front.status()
    assert b"<inj" not in front.program_heard()


def test_smtp_smuggling_cve_2023_51764(cells, wrapper, helper):
    """Debian's helper, and the newest, turn LF.LF into a proper end of message; ours refuses the message."""
    front = cells.start(wrapper, helper)
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        client.send(b"one\n.\nMAIL FROM:<smuggled@evil.example>\r\n.\r\n")
        first = client.reply()
        if helper == "ours":
            assert first.code // 100 == 5
    front.status()
    assert (b"one\r\n.\r\nMAIL FROM:<smuggled" in front.program_heard()) == (helper != "ours")


def test_nul_does_not_end_a_command(cells, helper):
    """Debian's helper, and the newest, turn NUL into LF, which makes two commands of one; ours refuses the line."""
    front = cells.start("ours", helper)
    with front.client() as client:
        client.hello()
        client.send(b"NOOP\0MAIL FROM:<x@evil.example>\r\n")
        assert client.reply().code == (500 if helper == "ours" else 250)
    front.status()
    assert (b"NOOP\nMAIL FROM:<x@evil.example>" in front.program_heard()) == (helper != "ours")


def test_verbs_are_matched_whole(cells, helper):
    """Debian's helper takes an empty line for QUIT; ours answers it and goes on."""
    front = cells.start("ours", helper)
    with front.client() as client:
        client.hello()
        client.send(b"\r\n")
        client.reply()
        if helper == "ours":
            client.expect("NOOP", 250)
            client.expect("QUIT", 221)
        else:
            assert client.rest() == b""


def test_body_lines_of_any_length_pass(cells, wrapper, helper):
    """Upstream's newest helper ends the session at 4,096 octets."""
    line = b"x" * 100_000 + b"\r\n"
    front = cells.start(wrapper, helper)
    with front.client() as client:
        client.hello()
        if helper == "newest":
            client.expect("MAIL FROM:<a@client.example>", 250)
            client.expect("RCPT TO:<b@mail.example>", 250)
            client.expect("DATA", 354)
            client.send(line)
            assert client.rest() == b""
            return
        assert client.mail(line).code == 250
        client.expect("QUIT", 221)
    front.status()
    assert line in front.program_heard()


def test_more_than_256_recipients_are_answered_452(cells):
    """Upstream's newest helper ends the session, Debian's has no limit."""
    front = cells.start()
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        codes = [client.command(f"RCPT TO:<r{number}@mail.example>").code for number in range(260)]
        assert codes == [250] * 256 + [452] * 4
        client.expect("DATA", 354)
        client.send(b"one\r\n.\r\n")
        assert client.reply().code == 250
        client.expect("QUIT", 221)


def test_no_mail_before_a_new_ehlo_inside_tls(cells, wrapper):
    front = cells.start(wrapper, "ours")
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<clear@client.example>", 250)
        client.starttls()
        client.expect("RCPT TO:<b@mail.example>", 503)
        client.expect("EHLO client.example", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)


def test_auth_is_not_offered_in_clear(cells):
    front = cells.start()
    with front.client() as client:
        client.hello()
        assert client.command("AUTH PLAIN AGEAYg==").code // 100 == 5
    front.status()
    assert b"AUTH" not in front.program_heard()


@pytest.mark.parametrize("spoken", [b"\x16\x03\x01", b"garbage that is no handshake\r\n"])
def test_a_slow_handshake_ends_by_an_absolute_limit(cells, spoken):
    """Debian's limit is taken back by the first octet."""
    front = cells.start(options=["-T", "1", "-t", "600"])
    with front.client() as client:
        client.hello()
        client.expect("STARTTLS", 220)
        client.send(spoken)
        client.rest()
    assert front.status() == 111


def test_a_failure_is_told(cells):
    """Debian's helper closes without a word."""
    front = cells.start(helper_options=["-T", "1"])
    with front.client() as client:
        client.hello()
        assert client.rest().startswith(b"421 ")
    assert front.status() == 111


def test_the_log_is_not_heard_by_the_client(cells, wrapper):
    front = cells.start(wrapper, wrapper, server="inetd", environment={"ERRORS": "connection"})
    with front.client() as client:
        first = client.line()
        client.send("QUIT\r\n")
        heard = first + client.rest()
    assert (b"tlswrapper: " in heard) == (wrapper != "ours")
    front.status()


def test_the_page_of_differences_names_exactly_these():
    page = (Path(__file__).parents[2] / "COMPATIBILITY.md").read_text(encoding="utf-8")
    table = page.split("### Differences from Debian's pair")[1].split("\n## ")[0]
    here = set(re.findall(r"^def (test_\w+)", Path(__file__).read_text(encoding="utf-8"), re.MULTILINE))
    here.remove("test_the_page_of_differences_names_exactly_these")
    assert set(re.findall(r"\| (test_\w+) \|", table)) == here
