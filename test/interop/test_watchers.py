"""What watches ehlock: fail2ban reads its log, promtool its metrics and our rules; the pages tell every reason there is."""
import json
import re
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import peers
from harness.client import tls_context
from harness.waiting import free_port, until

ROOT = Path(__file__).parents[2]


def unpacked(path):
    found = peers.UNPACKED / path
    return found if found.exists() else pytest.skip(f"{path} was not unpacked (./dev setup interop)")


def broken_sessions(front):
    """One of each: text behind STARTTLS, SMTP on the implicit port, a TLS that is too old, nothing at all."""
    with front.client() as client:
        client.hello()
        client.send("STARTTLS\r\nRSET\r\n")
        client.rest()
    with front.client() as client:
        client.socket.close()
    from harness.client import Client
    with Client(front.tls_address) as client:
        client.send("EHLO client.example\r\n")
        client.rest()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.tls_client(tls=tls_context("1.2"))
    front.sessions_ended(4)


@pytest.mark.parametrize("mode, expected", [("normal", 2), ("ddos", 3), ("aggressive", 4)])
def test_fail2ban_finds_attackers_in_the_log(serve, place, mode, expected):
    regex = unpacked("usr/bin/fail2ban-regex")
    log = place / "ehlock.log"
    front = serve(f"--tls-min TLSv1.3 --log file:{log}", wait=False)
    until(lambda: log.exists() and ": ready\n" in log.read_text(), "the line ready")
    front.sessions_ended = lambda count: until(
        lambda: log.read_text().count("disconnect from") >= count, f"{count} sessions")
    broken_sessions(front)
    config = peers.UNPACKED / "etc/fail2ban"
    target = config / "filter.d/ehlock.conf"
    target.write_bytes((ROOT / "examples/fail2ban/filter.d/ehlock.conf").read_bytes())
    done = subprocess.run([sys.executable, "-B", regex, "-c", config, "--print-all-matched", log, f"ehlock[mode={mode}]"],
                          env={"PYTHONPATH": str(peers.UNPACKED / "usr/lib/python3/dist-packages"), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"(\d+) matched", done.stdout)
    assert found and int(found[1]) == expected, done.stdout + done.stderr + log.read_text()


def test_promtool_accepts_the_metrics(serve):
    promtool = unpacked("usr/bin/promtool")
    port = free_port()
    front = serve(f"--metrics 127.0.0.1:{port} --tls-min TLSv1.3")
    broken_sessions(front)
    with front.secured() as client:
        client.expect("QUIT", 221)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read()
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + text


def test_promtool_accepts_the_alert_rules():
    done = subprocess.run([unpacked("usr/bin/promtool"), "check", "rules", ROOT / "examples/prometheus/ehlock.rules.yml"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_and_dashboard_name_only_metrics_that_exist():
    source = (ROOT / "src/apps/ehlock/watch/metrics_text.cpp").read_text(encoding="ascii")
    told = set(re.findall(r'"(ehlock_[a-z_]+)', source))
    told |= {name + end for name in told if name.endswith("_duration_seconds") for end in ("_bucket", "_sum", "_count")}
    for name in ("ehlock.rules.yml", "grafana-dashboard.json"):
        text = (ROOT / "examples/prometheus" / name).read_text(encoding="utf-8")
        used = set(re.findall(r"ehlock_[a-z_]+", text))
        assert used <= told, (name, used - told)
    assert json.loads(text)["panels"]
