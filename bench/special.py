"""Two figures that no peer's table holds: what the key process costs, and what a flood of RSA-4096 handshakes does to others."""
import json
import os
import subprocess

import measure
from peer import Failed

FLOOD = ["--tls", "1.3", "--sessions", 1_000_000, "--parallel", 8, "--signatures", "RSA-PSS+SHA256"]


def keys(bench):
    """CPU of a handshake with the key in the same process, and with the key process behind its socket."""
    words = [bench.programs / "bench_keys", bench.chain, bench.key, 200 if bench.options.quick else 2000]
    before = measure.Interval(bench.machine, os.getpid())
    done = subprocess.run(["taskset", "-c", str(bench.server_core), *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(done.stderr.strip())
    return {**json.loads(done.stdout), "foreign": before.end()["foreign"]}


def flood(bench, start_client, peer, port, words):
    """p99 of ECDSA sessions at a fixed rate, alone and while RSA-4096 clients take what they can get."""
    door = ["--port", port, "--door", peer.door]

    def latency():
        client = start_client([*door, *words])
        try:
            client.wait_ready()
            client.begin()
            outcome = client.line()
        finally:
            client.end()
        if outcome["failed"]:
            raise Failed(f"{outcome['failed']} sessions failed: {outcome['reason']}")
        return outcome["p99_ms"]

    before = measure.Interval(bench.machine, os.getpid())
    alone = latency()
    hammer = start_client([*door, *FLOOD])
    try:
        hammer.wait_ready()
        hammer.begin()
        flooded = latency()
    finally:
        hammer.end()
    return {"alone_ms": alone, "flooded_ms": flooded, "times": flooded / alone, "foreign": before.end()["foreign"]}
