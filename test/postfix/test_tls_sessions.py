"""Sessions that go well: real clients, certificates, names, resumption, many at once; what follows STARTTLS."""
import ssl

import pytest

from harness.certs import openssl
from harness.client import at_once, tls_context
from harness.process import run
from peers.tlsproxy_site import key_first

KINDS = ["ecdsa", "rsa"]


@pytest.mark.parametrize("chroot", [False, True], ids=["plain", "chroot"])
@pytest.mark.parametrize("kind", KINDS)
def test_swaks_and_s_client_in_both_versions(site, certificates, kind, chroot):
    one = site([certificates.get(kind=kind)], chroot=chroot)
    status, text = run(["swaks", "--server", one.endpoint, "--tls", "--from", "a@client.example", "--to", "b@mail.example",
                        "--ehlo", "client.example", "--timeout", "20"])
    assert status == 24 and "TLS started with cipher TLSv1.3" in text and "<~* 450 4.3.2 Service currently unavailable" in text, text
    for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        status, text = run(["openssl", "s_client", "-quiet", "-crlf", "-starttls", "smtp", version, "-connect", one.endpoint],
                           feed=b"EHLO client.example\nQUIT\n")
        one.wait_for(rf"/tlsproxy\[\d+\]: Anonymous TLS connection established from \[127.0.0.1\]:\d+: {name} with cipher ")
    one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT \[127.0.0.1\]:\d+$", count=3)
    assert one.count(r"/tlsproxy\[\d+\]: CONNECT from \[127.0.0.1\]:\d+$") == 3
    one.nothing_broke()


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_both_certificates_are_offered(site, certificates, version):
    both = [certificates.get(kind=kind) for kind in KINDS]
    one = site(both)
    if version == "1.2":
        contexts = [tls_context(version, ciphers=f"ECDHE-{kind.upper()}-AES128-GCM-SHA256") for kind in KINDS]
        assert [one.session(context).certificate for context in contexts] == [cert.der for cert in both]
    else:
        assert one.session(tls_context(version)).certificate == both[0].der
        for kind, algorithm in (("ecdsa", "ecdsa_secp256r1_sha256"), ("rsa", "rsa_pss_rsae_sha256")):
            text = openssl("s_client", "-starttls", "smtp", "-connect", one.endpoint, "-tls1_3", "-sigalgs", algorithm, feed=b"")
            assert f"Peer signature type: {'ECDSA' if kind == 'ecdsa' else 'RSA-PSS'}" in text.decode()
    one.nothing_broke()


def test_key_and_chain_in_files_of_their_own(site, certificates):
    both = [certificates.get(kind=kind) for kind in KINDS]
    one = site([], main={"smtpd_tls_chain_files": ", ".join(f"{each.key}, {each.cert}" for each in both)})
    for kind, certificate in zip(KINDS, both):
        context = tls_context("1.2", ciphers=f"ECDHE-{kind.upper()}-AES128-GCM-SHA256")
        assert one.session(context).certificate == certificate.der


def test_legacy_certificate_parameters(site, certificates):
    rsa, ecdsa = certificates.get(kind="rsa"), certificates.get(kind="ecdsa")
    one = site([], main={"smtpd_tls_cert_file": rsa.cert, "smtpd_tls_key_file": rsa.key, "smtpd_tls_eccert_file": ecdsa.both})
    for cipher, certificate in (("ECDHE-RSA-AES128-GCM-SHA256", rsa), ("ECDHE-ECDSA-AES128-GCM-SHA256", ecdsa)):
        assert one.session(tls_context("1.2", ciphers=cipher)).certificate == certificate.der


def test_parameters_of_the_command_line_count(site, certificates):
    other = certificates.get("other.example")
    one = site(arguments=f"-o smtpd_tls_chain_files={key_first(other)} -o {{ tlsproxy_tls_protocols = !TLSv1.3 }}")
    client = one.session()
    assert client.certificate == other.der and client.version == "TLSv1.2"


@pytest.mark.parametrize("kind", ["inline", "texthash", "hash"])
def test_the_map_of_names_chooses_the_certificate(site, certificates, place, kind):
    named, wild = certificates.get("one.example", kind="rsa"), certificates.get("x.wild.example")
    entries = [("one.example", key_first(named)), (".wild.example", key_first(wild))]
    table = {"inline": "inline:{ " + " ".join(f"{{ {key} = {value} }}" for key, value in entries) + " }"}.get(kind)
    if not table:
        (place / "names").write_text("".join(f"{key} {value}\n" for key, value in entries), encoding="ascii")
        table = f"{kind}:{place}/names"
        if kind == "hash":
            (place / "main.cf").touch()
            assert run(["postmap", "-c", place, "-F", table]) == (0, "")
    one = site(main={"tls_server_sni_maps": table})
    assert one.session(name="one.example").certificate == named.der
    one.wait_for(r"TLS connection established from \[127.0.0.1\]:\d+ to one.example: TLSv1.3 with cipher ")
    assert one.session(name="deep.in.wild.example").certificate == wild.der
    assert one.session(name="elsewhere.example").certificate == certificates.get().der
    one.wait_for(r"TLS SNI elsewhere.example from \[127.0.0.1\]:\d+ not matched, using default chain$")
    one.nothing_broke()


RESUMPTION = {
    "1.3 ticket": (("1.3", {}), {}),
    "1.2 ticket": (("1.2", {}), {}),
    "1.2 id": (("1.2", {"options": ssl.OP_NO_TICKET}), {"smtpd_tls_session_cache_database": "btree:${data_directory}/smtpd_scache"}),
}


@pytest.mark.parametrize("how", RESUMPTION)
def test_resumption_survives_the_process(site, how):
    (version, options), main = RESUMPTION[how]
    one = site(main=main)
    context = tls_context(version, **options)
    first = one.session(context)
    assert not first.reused
    before = one.child().pid
    second = one.session(context, session=first.kept)
    assert second.reused, "by the same process"
    one.end_child()  # not by a reload: tlsmgr would go too, and with it the keys of the tickets
    third = one.session(context, session=second.kept or first.kept)
    assert third.reused and one.child().pid != before, "by its successor"


def many(one, count):
    def session(number):
        with one.secured(source=f"127.0.{1 + number // 200}.{1 + number % 200}") as client:
            one.dialog(client)

    at_once(count, session)
    one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT ", count=count)
    assert one.count(r"/tlsproxy\[\d+\]: CONNECT from ") == count
    one.nothing_broke()


@pytest.mark.parametrize("chroot", [False, True], ids=["plain", "chroot"])
def test_thirty_sessions_at_once(site, chroot):
    many(site(chroot=chroot), 30)


def test_two_hundred_sessions_at_once(site):
    many(site(main={"default_process_limit": "400"}), 200)


def test_more_sessions_than_a_process_may_serve(site):
    one = site(main={"max_use": "3"})
    for _ in range(3):
        many_before = one.count(r"/tlsproxy\[\d+\]: CONNECT from ")
        at_once(5, lambda number: one.dialog(one.secured(source=f"127.0.0.{10 + number}")))
        assert one.count(r"/tlsproxy\[\d+\]: CONNECT from ") == many_before + 5
    one.nothing_broke()


def test_cve_2011_0411_what_follows_starttls_in_clear_is_forgotten(site):
    one = site(screen={"postscreen_pipelining_action": "ignore"})
    with one.client() as client:
        client.hello()
        client.send(b"STARTTLS\r\nMAIL FROM:<injected@client.example>\r\n")
        assert client.reply().code == 220
        client.secure()
        one.carried(client)
        client.expect("EHLO client.example", 250)
        client.expect("RCPT TO:<b@mail.example>", 503)
        one.dialog(client)
    one.wait_for(r"COMMAND PIPELINING from \[127.0.0.1\]:\d+ after STARTTLS")


def test_starttls_inside_tls_is_refused(site):
    one = site()
    with one.secured() as client:
        assert "STARTTLS" not in client.expect("EHLO client.example", 250).keywords
        assert client.expect("STARTTLS", 554).lines == ["5.5.1 Error: TLS already active"]
        one.dialog(client)


def test_data_goes_both_ways_in_any_size(site):
    """Long lines from the client, long replies to it: more than a record and more than a buffer."""
    one = site()
    with one.secured() as client:
        client.expect("EHLO client.example", 250)
        for length in (1, 100, 1500, 2000):
            client.send(b"NOOP " + b"x" * length + b"\r\n")
            assert client.reply().code in (250, 500, 501, 521)
