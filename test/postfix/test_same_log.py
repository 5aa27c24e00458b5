"""The same clients through Postfix's tlsproxy and through ours: the lines are compared, and log tools read both logs."""
import contextlib
import re
import shutil
import ssl
import sys
import warnings

import pytest

import peers
from harness.client import client_hello, tls_context
from harness.process import run
from peers.syslog_site import SyslogSite
from test_broken_clients import before_tls, reset

LEVELS = [0, 1, 2]


def masked(line):
    """A line without what differs between two runs: ports, numbers of processes, memory and lines of sources."""
    line = re.sub(r"(\[127\.0\.0\.\d+\]):\d+", r"\1:PORT", line)
    line = re.sub(r"(error:[0-9A-F]{8}:[^:]*:[^:]*:[^:]*):.*", r"\1", line)  # then comes a line of OpenSSL's source
    line = line.replace(':!kRSA"', '"')  # ours alone: see COMPATIBILITY.md
    line = re.sub(r" server-signature \S+ \([^)]*\)$", "", line)  # of a resumed session, in which nothing was signed
    line = re.sub(r"HANGUP after \S+", "HANGUP after N", line)
    line = re.sub(r"key expiration: \d+", "key expiration: N", line)
    return re.sub(r"session [0-9A-F]{32,}", "session ID", line)


def whole(one):
    one.session(tls_context("1.3"), source="127.0.0.2")


def older(one):
    one.session(tls_context("1.2"), source="127.0.0.2")


def named(one):
    one.session(tls_context("1.3"), source="127.0.0.2", name="one.example")


def resumed(one):
    context = tls_context("1.3")
    first = one.session(context, source="127.0.0.2")
    one.session(context, source="127.0.0.2", session=first.kept)


def with_certificate(certificate):
    def work(one):
        context = tls_context()
        context.load_cert_chain(certificate.cert, certificate.key)
        one.session(context, source="127.0.0.2")
    return work


def garbage(one):
    client, name = before_tls(one)
    client.send(b"no TLS at all, whatever comes\r\n" * 3)
    client.rest()
    one.told(name, "DISCONNECT %s")


def half(one):
    client, name = before_tls(one)
    client.send(client_hello()[:50])
    client.close()
    one.told(name, "DISCONNECT %s")


def broken_off(one):
    client, name = before_tls(one)
    reset(client)
    one.told(name, "DISCONNECT %s")


def no_cipher(one):
    client, name = before_tls(one)
    with contextlib.suppress(ssl.SSLError):
        client.secure(tls_context("1.2", ciphers="ECDHE-RSA-AES128-GCM-SHA256"))
    one.told(name, "DISCONNECT %s")


def no_version(one):
    client, name = before_tls(one)
    context = tls_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    with contextlib.suppress(ssl.SSLError):
        client.secure(context)
    one.told(name, "DISCONNECT %s")


CASES = {"TLS 1.3": whole, "TLS 1.2": older, "another name": named, "resumed": resumed, "garbage": garbage, "half a hello": half,
         "reset": broken_off, "no cipher": no_cipher, "no version": no_version}


def comparable(lines):
    """In an order that does not depend on which of two processes writes first: as a sorted list of masked lines."""
    return sorted(masked(line) for line in lines)


def compare(original_lines, our_lines, level, case):
    """Every line of the original is there; ours may say more, in lines that name the client."""
    theirs, mine = comparable(original_lines), comparable(our_lines)
    if level >= 2:  # what the library does inside is told in its own words
        inside = re.compile(r"SSL_accept|SSL3 alert|\[.*\]:PORT: (save|looking|reload|Issuing|Decrypting) ")
        theirs = [line for line in theirs if not inside.match(line)]
    left = list(mine)
    missing = []
    for line in theirs:
        if line in left:
            left.remove(line)
        else:
            missing.append(line)
    assert not missing, "\n".join([f"{case}: missing:", *missing, "not matched:", *left])
    if level < 2:
        strange = [line for line in left if "[127.0.0.2]" not in line]
        assert not strange, (case, strange)


def lines_of_cases(one):
    """case -> what tlsproxy said in it; what it said first, at its start, counts for the first."""
    said, mark = {}, 0
    for number, (name, case) in enumerate(CASES.items(), 1):
        case(one)
        one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT ", count=number + (number > list(CASES).index("resumed")))
        said[name] = one.proxy_lines(mark)
        mark = one.mark()
    one.nothing_broke()
    one.stop()
    return said


@pytest.mark.parametrize("level", LEVELS)
def test_the_lines_of_the_original_are_there(make_site, original, ours, level):
    main = {"smtpd_tls_loglevel": level, "smtpd_tls_protocols": ">=TLSv1.2"}
    theirs, mine = (lines_of_cases(make_site(program, main=main)) for program in (original, ours))
    for case in CASES:
        compare(theirs[case], mine[case], level, case)


@pytest.mark.parametrize("kind", ["known", "strange"])
def test_the_lines_about_client_certificates_are_there(make_site, original, ours, certificates, kind):
    known, strange = (certificates.get(f"{name}.example", kind="rsa") for name in ("known", "strange"))
    said = []
    for program in (original, ours):
        one = make_site(program, main={"smtpd_tls_loglevel": 1, "smtpd_tls_ask_ccert": "yes", "smtpd_tls_CAfile": known.cert})
        with_certificate({"known": known, "strange": strange}[kind])(one)
        said.append(one.proxy_lines())
        one.stop()
    compare(*said, 1, kind)


@pytest.mark.parametrize("chroot", [False, True], ids=["plain", "chroot"])
def test_syslog_gets_the_lines(place, certificates, program, chroot):
    """Debian's setting: no maillog_file; the lines go to /dev/log, also from the jail."""
    one = SyslogSite(place / "postfix", program, [certificates.get()], chroot=chroot, main={"syslog_name": "mx/one"})
    one.session(source="127.0.0.2")
    client, name = before_tls(one, "127.0.0.3")
    client.send(b"no TLS at all, whatever comes\r\n" * 3)
    client.rest()
    one.told(name, "DISCONNECT %s")
    lines = [line for line in one.lines if "/tlsproxy[" in line]
    begin = r"^<(\d+)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d mx/one/tlsproxy\[\d+\]: "
    assert all(re.search(begin, line) for line in lines), lines
    priority = {re.search(begin + "(warning:)?", line).groups() for line in lines}
    assert priority == {("22", None), ("20", "warning:")}


def everything(make_site, program):
    """Some of everything, and the log as mail.log has it."""
    one = make_site(program)
    for case in ("TLS 1.3", "TLS 1.2", "garbage", "no cipher", "reset"):
        CASES[case](one)
    one.wait_for(r"/postscreen\[\d+\]: HANGUP after ", count=3)
    one.wait_for(r"/postscreen\[\d+\]: DISCONNECT ", count=5)
    one.stop()
    return "\n".join(one.lines) + "\n"


def tool(name):
    return shutil.which(name) or pytest.skip(f"{name} is not installed (./dev setup interop)")


def counted(report):
    """pflogsumm's report without the lines that have the masked parts."""
    return sorted(masked(re.sub(r"\s+", " ", line).strip()) for line in report.splitlines()
                  if line.strip() and "/tmp/" not in line and not re.search(r"TLS library|Postfix log summaries", line))


def test_pflogsumm_counts_the_same(make_site, original, ours, place):
    summaries = []
    for program in (original, ours):
        (place / "log").write_text(everything(make_site, program), encoding="utf-8")
        status, report = run([tool("pflogsumm"), "--smtpd_stats", "--problems_first", place / "log"])
        assert status == 0, report
        summaries.append(counted(report))
    theirs, mine = summaries
    assert [line for line in theirs if line not in mine] == []


def fail2ban(place, log):
    """fail2ban's own check of its postfix filter, most of all modes: what it would have banned, and for what."""
    root = peers.UNPACKED
    program = root / "usr/bin/fail2ban-regex"
    if not program.exists():
        pytest.skip("fail2ban is not unpacked (./dev setup interop)")
    (place / "log").write_text(log, encoding="utf-8")
    status, report = run([sys.executable, "-B", program, "-v", "--print-all-matched", place / "log",
                          f"{root}/etc/fail2ban/filter.d/postfix.conf[mode=aggressive]"],
                         environment={"PYTHONPATH": str(root / "usr/lib/python3/dist-packages")})
    assert status == 0, report
    return re.search(r"Lines: .*", report).group(0), sorted(
        masked(re.sub(r"\[\d+\]|\w+ \d+ [\d:]+ ", "", line)) for line in report.splitlines() if line.startswith("|  ") and "postfix" in line)


def test_fail2ban_matches_the_same(make_site, original, ours, place):
    (_, theirs), (_, mine) = (fail2ban(place, everything(make_site, program)) for program in (original, ours))
    assert theirs == mine and theirs
