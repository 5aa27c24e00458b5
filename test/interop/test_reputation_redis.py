"""What is remembered of clients in a real Redis server: the same rules as in our own memory, for several nodes; and what becomes
of sessions when the server dies, stalls, forgets, or another is promoted."""
import time

import pytest

from harness.client import Client
from harness.reputation import GREYLIST, SCENARIOS, accepted_at_last, deferred, opened, recipient, refused
from harness.waiting import free_port, until

GONE = r"warning: reputation: nothing is known of clients: "


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[each.__name__ for each in SCENARIOS])
def test_the_rules_are_those_of_our_own_memory(scenario, serve, redis):
    server = redis()
    scenario(lambda options, **rest: serve([*options, "--reputation-redis", server.endpoint], **rest))


def test_what_one_node_learns_every_other_knows(serve, redis):
    server = redis()
    options = [*GREYLIST, "1s", "--reputation-client-errors", "5/1h", "--reputation-redis", server.endpoint]
    nodes = [serve(options) for _ in range(3)]
    with opened(nodes[0]) as client:
        deferred(client, 1)
    with opened(nodes[1]) as client:
        accepted_at_last(client)
    with opened(nodes[2]) as client:
        assert recipient(client).code == 250
        assert not nodes[2].count("greylist:")  # it was known
        for _ in range(5):
            client.command("NONSENSE")
    nodes[2].wait_for("Error limit exceeded")
    for node in nodes:
        refused(node, "too many errors")


def test_keys_are_hashes_with_an_end(serve, redis):
    server = redis()
    front = serve([*GREYLIST, "300s", "--reputation-prefix", "mx:", "--reputation-client-rate", "100/1h", "--reputation-redis",
                   server.endpoint])
    with opened(front) as client:
        deferred(client, 300)
    keys = server.keys()
    assert [key.split("{")[0] for key in keys] == ["mx:rate:", "mx:triplet:"]
    assert not [key for key in keys if "example" in key]
    assert all(int(server.ask("TTL", key)) > 0 for key in keys)


def test_each_decision_is_one_round_trip(serve, redis):
    server = redis()
    front = serve([*GREYLIST, "300s", "--reputation-client-rate", "1000/1h", "--reputation-redis", server.endpoint])
    opened(front).close()
    server.ask("CONFIG", "RESETSTAT")
    for _ in range(10):
        with opened(front) as client:
            assert recipient(client).code == 450
    calls = {line.split(":")[0].removeprefix("cmdstat_"): int(line.split("calls=")[1].split(",")[0])
             for line in server.ask("INFO", "commandstats").splitlines() if "calls=" in line}
    assert calls["evalsha"] == 20 and "eval" not in calls  # an arrival and a recipient each
    assert server.ask("CLIENT", "LIST", "TYPE", "normal").count("cmd=") == 2  # one worker, and who asks


def test_a_user_with_a_password_and_only_the_rights_it_needs(serve, redis, place):
    password = place / "password"
    password.write_text("s3cret\nno part of it\n")
    password.chmod(0o600)
    server = redis("user default off", "user ehlock on >s3cret ~ehlock:* +role +evalsha +eval +script|load +get +set +incr "
                   "+incrby +exists +expire +time")
    front = serve([*GREYLIST, "1s", "--reputation-client-rate", "1000/1h", "--reputation-client-errors", "100/1h",
                   "--reputation-redis", server.endpoint, "--reputation-redis-user", "ehlock", "--reputation-redis-password", password,
                   "--reputation-fail", "closed"])
    with opened(front) as client:
        client.command("NONSENSE")
        deferred(client, 1)
        accepted_at_last(client)
    front.sessions_ended()
    assert not front.count(GONE) and "s3cret" not in front.text()


def test_a_wrong_password_is_told_and_mail_goes_on(serve, redis, place):
    password = place / "password"
    password.write_text("wrong")
    password.chmod(0o600)
    server = redis("requirepass right")
    front = serve([*GREYLIST, "300s", "--reputation-redis", server.endpoint, "--reputation-redis-password", password])
    with opened(front) as client:
        assert recipient(client).code == 250
    front.wait_for(GONE + ".*WRONGPASS")


def test_at_a_unix_socket(serve, redis, place):
    (place / "redis").mkdir()
    (place / "redis").chmod(0o777)
    server = redis(unix=place / "redis/socket")
    front = serve([*GREYLIST, "1s", "--reputation-fail", "closed", "--reputation-redis", server.endpoint])
    with opened(front) as client:
        deferred(client, 1)
        accepted_at_last(client)


def test_inside_tls_by_name_only(serve, redis, certificates):
    one = certificates.get("localhost")
    server = redis(tls=one)
    front = serve([*GREYLIST, "1s", "--reputation-fail", "closed", "--reputation-redis", server.endpoint, "--reputation-redis-tls",
                   "--reputation-redis-ca", one.cert])
    with opened(front) as client:
        deferred(client, 1)
        accepted_at_last(client)
    other = serve([*GREYLIST, "1s", "--reputation-redis", server.endpoint, "--reputation-redis-tls",
                   "--reputation-redis-ca", certificates.get("other.example").cert])
    with opened(other) as client:
        assert recipient(client).code == 250
    other.wait_for(GONE + ".*TLS failed")


def timed(call):
    begun = time.monotonic()
    return call(), time.monotonic() - begun


def test_threat_51_a_server_that_dies_costs_nothing_and_is_found_again(serve, redis, place):
    server = redis()
    front = serve([*GREYLIST, "300s", "--reputation-redis", server.endpoint])
    with opened(front) as client:
        deferred(client, 300)
        server.die()
        front.wait_for(GONE + f"{server.endpoint}: it hung up")
        assert recipient(client).code == 250
        again = redis(port=server.port)
        front.wait_for(f"reputation: {again.endpoint} answers")
        deferred(client, 300)  # it has forgotten everything


def test_threat_51_a_server_that_stalls_costs_its_limit_once(serve, redis):
    server = redis()
    front = serve([*GREYLIST, "300s", "--reputation-redis", server.endpoint])
    with opened(front) as client:
        deferred(client, 300)
        server.stall()
        reply, took = timed(lambda: recipient(client))
        assert reply.code == 250 and took > 0.19
        front.wait_for(GONE + f"{server.endpoint}: no answer within 200 ms")
        replies = [timed(lambda: recipient(client)) for _ in range(20)]
        assert all(reply.code == 250 for reply, _ in replies)
        assert sum(took for _, took in replies) < 2, replies  # nobody waited for it
        server.go_on()
        front.wait_for(f"reputation: {server.endpoint} answers")
        assert recipient(client).code == 450


def test_threat_51_closed_means_closed(serve, redis):
    server = redis()
    front = serve([*GREYLIST, "300s", "--reputation-client-rate", "1000/1h", "--reputation-fail", "closed", "--reputation-redis",
                   server.endpoint])
    with opened(front) as client:
        server.die()
        front.wait_for(GONE)
        assert recipient(client).code == 451
        refused(front, "clients cannot be checked now")
        redis(port=server.port)
        front.wait_for("reputation: .* answers")
        deferred(client, 300)


def test_a_server_that_forgot_its_scripts_or_everything_is_told_again(serve, redis):
    server = redis()
    front = serve([*GREYLIST, "300s", "--reputation-redis", server.endpoint])
    with opened(front) as client:
        deferred(client, 300)
        server.ask("SCRIPT", "FLUSH")
        assert recipient(client).code == 450
        server.ask("FLUSHALL")
        deferred(client, 300)
    assert not front.count(GONE)


def test_after_a_failover_the_promoted_server_is_asked(serve, redis):
    first = redis()
    second = redis(f"replicaof 127.0.0.1 {first.port}")
    until(lambda: "master_link_status:up" in second.ask("INFO", "replication"), "the replica follows")
    front = serve([*GREYLIST, "300s", "--reputation-redis", f"{second.endpoint},{first.endpoint}"])
    with opened(front) as client:
        deferred(client, 300)
        until(second.keys, "the replica has it")
        first.die()
        front.wait_for(GONE + f"{first.endpoint}: it hung up")
        assert recipient(client).code == 250
        second.ask("REPLICAOF", "NO", "ONE")
        front.wait_for(f"reputation: {second.endpoint} answers")
        reply = recipient(client)
        assert reply.code == 450 and second.ask("DBSIZE") == "1"  # it knows the triplet


def test_a_master_that_becomes_a_replica_is_left(serve, redis):
    first, second = redis(), redis()
    front = serve([*GREYLIST, "300s", "--reputation-redis", f"{first.endpoint},{second.endpoint}"])
    with opened(front) as client:
        deferred(client, 300)
        first.ask("REPLICAOF", "127.0.0.1", str(second.port))
        until(lambda: recipient(client).code == 250 or front.count(GONE), "it is noticed")
        front.wait_for(f"reputation: {second.endpoint} answers")
        assert recipient(client).code == 450
        assert second.keys("*triplet*")


def test_what_is_no_redis_server_is_no_store(serve, recorder):
    front = serve([*GREYLIST, "300s", "--reputation-redis", recorder.endpoint])
    with opened(front) as client:
        assert recipient(client).code == 250
    front.wait_for(GONE + ".*it is no Redis server")


def test_without_any_server_at_start_the_service_starts(serve, redis):
    port = free_port()
    front = serve([*GREYLIST, "300s", "--reputation-redis", f"127.0.0.1:{port}"])
    with opened(front) as client:
        assert recipient(client).code == 250
        front.wait_for(GONE + f"127.0.0.1:{port}: .*refused")
        redis(port=port)
        front.wait_for(f"reputation: 127.0.0.1:{port} answers")
        deferred(client, 300)


def test_exempt_clients_never_wait_for_it(serve, redis):
    server = redis()
    front = serve(["--reputation-greylist", "--reputation-client-rate", "1000/1h", "--reputation-redis", server.endpoint,
                   "--reputation-fail", "closed"])
    server.stall()
    with Client(front.address) as client:  # loopback
        client.hello()
        assert recipient(client).code == 250
