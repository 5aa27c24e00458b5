"""Backends that can learn about TLS: aiosmtpd decodes every octet of the header, Dovecot acts upon it."""
import base64
import struct

import pytest

from harness.client import stuffed, tls_context
from peers.arrival import SIGNATURE, Arrival, v2

ALPN, AUTHORITY, UNIQUE_ID, SSL = 0x01, 0x02, 0x05, 0x20
VERSION, CN, CIPHER, SIGNATURE_ALGORITHM, KEY_ALGORITHM, GROUP, SCHEME = 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27


def tlvs_of(octets):
    """type -> value; every octet belongs to exactly one."""
    found = {}
    while octets:
        kind, length = struct.unpack("!BH", octets[:3])
        assert len(octets) >= 3 + length and kind not in found, octets
        found[kind], octets = octets[3:3 + length], octets[3 + length:]
    return found


def ssl_of(value):
    """(client flags, verify, sub-TLVs)"""
    return value[0], int.from_bytes(value[1:5], "big"), tlvs_of(value[5:])


def session_of(front):
    return front.wait_for(r": ([0-9a-f]{8}): connect from").group(1).encode()


@pytest.mark.parametrize("door", ["starttls", "implicit"])
@pytest.mark.parametrize("version,cipher", [("1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"), ("1.3", None)])
def test_aiosmtpd_reads_the_tls_facts_octet_by_octet(serve, aiosmtpd, door, version, cipher):
    front = serve(backend=aiosmtpd.endpoint, identity="proxy-v2-tls")
    context = tls_context(version, **({"ciphers": cipher} if cipher else {}))
    if door == "implicit":
        client = Arrival(front.tls_address, source="127.0.0.2", tls=context)
        client.hello()
    else:
        client = Arrival(front.address, source="127.0.0.2")
        client.hello()
        client.starttls(context)
        client.expect("EHLO client.example", 250)
    assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
    client.expect("QUIT", 221)
    data = aiosmtpd.header(1 if door == "implicit" else 2)
    assert data.valid and (data.version, int(data.command), int(data.family), int(data.protocol)) == (2, 1, 1, 1)
    source, destination = client.socket.getsockname(), (front.tls_address if door == "implicit" else front.address)
    rest = bytes(data.rest)
    assert bytes(data.whole_raw) == SIGNATURE + b"\x21\x11" + struct.pack("!H", 12 + len(rest)) \
        + bytes([127, 0, 0, 2, 127, 0, 0, 1]) + struct.pack("!HH", source[1], destination[1]) + rest
    tlvs = tlvs_of(rest)
    assert {kind: tlvs[kind] for kind in tlvs if kind != SSL} == {AUTHORITY: b"mail.example", UNIQUE_ID: session_of(front)}
    flags, verify, facts = ssl_of(tlvs[SSL])
    assert flags == 1 and verify != 0  # TLS was used, no certificate was shown
    assert facts[VERSION] == f"TLSv{version}".encode() and facts[CIPHER] == client.socket.cipher()[0].encode()
    assert CN not in facts
    names = {name: getattr(data.tlv, name) for name in ("SSL_VERSION", "SSL_CIPHER", "SSL_SIG_ALG", "SSL_KEY_ALG")}
    assert names == {"SSL_VERSION": facts[VERSION], "SSL_CIPHER": facts[CIPHER],
                     "SSL_SIG_ALG": facts[SIGNATURE_ALGORITHM], "SSL_KEY_ALG": facts[KEY_ALGORITHM]}
    line = front.wait_for(r"key-exchange (\S+) server-signature ")
    assert facts[GROUP].decode() == line.group(1)
    assert facts[SCHEME] == b"ecdsa_secp256r1_sha256"


def ssl_tlv(server, count=1):
    return ssl_of(tlvs_of(bytes(server.header(count).rest))[SSL])


@pytest.mark.parametrize("shown", ["none", "verified", "stranger"])
@pytest.mark.parametrize("kind", ["ecdsa", "ecdsa384", "rsa", "rsa4096"])
def test_aiosmtpd_hears_of_the_same_facts_as_from_haproxy(serve, aiosmtpd, haproxy, certificates, kind, shown):
    """Client flags, version, cipher, CN, SIG_ALG and KEY_ALG octet by octet; verify where HAProxy's is right."""
    own, joe = certificates.get(kind=kind), certificates.get("joe.client.example")
    bind = f"ssl crt {own.both} ca-file {joe.cert} verify optional crt-ignore-err all ca-ignore-err all"
    sending = "send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key"
    real = haproxy({"tls": (("127.0.0.1", aiosmtpd.port), sending, bind, [])})
    front = serve(["--client-cert", "ask", "--client-ca", joe.cert], backend=aiosmtpd.endpoint, identity="proxy-v2-tls",
                  certs_used=[own])
    for address in (real.address("tls"), front.tls_address):
        context = tls_context("1.2", ciphers="ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256")
        if shown != "none":
            mine = certificates.get("joe.client.example" if shown == "verified" else "eve.example")
            context.load_cert_chain(mine.cert, mine.key)
        with Arrival(address, tls=context) as client:
            client.hello()
            client.expect("QUIT", 221)
    (flags, verify, facts), (our_flags, our_verify, our_facts) = ssl_tlv(aiosmtpd), ssl_tlv(aiosmtpd, 2)
    del our_facts[GROUP], our_facts[SCHEME]  # this HAProxy is older than these types
    assert (our_flags, our_facts) == (flags, facts)
    # Zero means "showed a certificate, and it was good" (proxy-protocol.txt); HAProxy writes it without one as well.
    assert (our_verify == 0) == (shown == "verified") and (verify == 0) == (shown != "stranger")


def test_tls_facts_name_the_signature_and_key_as_haproxy_does(serve, aiosmtpd, certificates):
    """doc/proxy-protocol.txt: SIG_ALG is "the name of the algorithm used to sign the certificate", KEY_ALG that of "the key
    used to generate the certificate": "SHA256", "RSA2048"."""
    front = serve(backend=aiosmtpd.endpoint, identity="proxy-v2-tls", certs_used=[certificates.get(kind="rsa")])
    with front.tls_client() as client:
        client.hello()
        client.expect("QUIT", 221)
    facts = ssl_of(tlvs_of(bytes(aiosmtpd.header().rest))[SSL])[2]
    assert facts[SIGNATURE_ALGORITHM] == b"RSA-SHA256" and facts[KEY_ALGORITHM] == b"RSA2048"
    assert facts[SCHEME] == b"rsa_pss_rsae_sha256"


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_the_protocol_agreed_on_is_told_where_a_client_offers_one(serve, aiosmtpd, door):
    front = serve(backend=aiosmtpd.endpoint, identity="proxy-v2-tls")
    context = tls_context()
    context.set_alpn_protocols(["smtp"])
    with (front.tls_client(context) if door == "implicit" else front.client()) as client:
        client.hello()
        if door == "starttls":
            client.starttls(context)
            client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    tlvs = tlvs_of(bytes(aiosmtpd.header(1 if door == "implicit" else 2).rest))
    assert tlvs[ALPN] == b"smtp"


def test_aiosmtpd_learns_the_name_of_a_verified_certificate(serve, aiosmtpd, certificates):
    mine = certificates.get("joe.client.example")
    front = serve(["--client-cert", "ask", "--client-ca", mine.cert], backend=aiosmtpd.endpoint, identity="proxy-v2-tls")
    context = tls_context()
    context.load_cert_chain(mine.cert, mine.key)
    with front.tls_client(context) as client:
        client.hello()
        client.expect("QUIT", 221)
    flags, verify, facts = ssl_of(tlvs_of(bytes(aiosmtpd.header().rest))[SSL])
    assert flags == 0b111 and verify == 0 and facts[CN] == b"joe.client.example"


def test_aiosmtpd_is_told_of_no_tls_before_there_is_any(serve, aiosmtpd):
    front = serve(backend=aiosmtpd.endpoint, identity="proxy-v2-tls")
    with front.client() as client:
        client.hello()
        client.expect("QUIT", 221)
    assert tlvs_of(bytes(aiosmtpd.header().rest)) == {UNIQUE_ID: session_of(front)}


@pytest.mark.parametrize("identity,version", [("proxy-v1", 1), ("proxy-v2", 2)])
def test_aiosmtpd_gets_plain_headers_without_tls_facts(serve, aiosmtpd, identity, version):
    front = serve("--accept-proxy 127.0.0.1/32", backend=aiosmtpd.endpoint, identity=identity)
    # What a balancer says of a TLS of its own is not passed on: it is not this session's.
    lie = struct.pack("!BH", SSL, 5) + b"\x07\0\0\0\0" + struct.pack("!BH", AUTHORITY, 4) + b"lies"
    with Arrival(front.tls_address, header=v2("2001:db8::7", 4711, "2001:db8::1", 25, lie), tls=True) as client:
        client.hello()
        client.expect("QUIT", 221)
    data = aiosmtpd.header()
    assert data.valid and data.version == version and bytes(data.rest) == b""
    assert (str(data.src_addr), data.src_port, str(data.dst_addr), data.dst_port) == ("2001:db8::7", 4711, "2001:db8::1", 25)


def test_aiosmtpd_takes_smtputf8_mail_of_the_client_named(serve, aiosmtpd):
    front = serve("--accept-proxy 127.0.0.1/32", backend=aiosmtpd.endpoint, identity="proxy-v2-tls")
    text = "Subject: grüß\r\n\r\n.dot\r\nüñî\r\n".encode()
    with Arrival(front.address, header=v2("192.0.2.7", 4711)) as client:
        client.hello()
        client.starttls()
        assert "SMTPUTF8" in client.expect("EHLO client.example", 250).keywords
        client.expect("MAIL FROM:<jürgen@client.example> SMTPUTF8 BODY=8BITMIME", 250)
        client.expect("RCPT TO:<café@mail.example>", 250)
        client.expect("DATA", 354)
        client.send(stuffed(text) + b".\r\n")
        assert client.reply().code == 250
        client.expect("QUIT", 221)
    envelope = aiosmtpd.envelope()
    assert (envelope.mail_from, envelope.rcpt_tos, envelope.content) == ("jürgen@client.example", ["café@mail.example"], text)
    assert [str(data.src_addr) for data in aiosmtpd.headers] == ["192.0.2.7", "192.0.2.7"]


LOGIN = "AUTH PLAIN " + base64.b64encode(b"\0joe\0secret").decode()


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_dovecot_lets_people_in_over_our_tls_and_logs_it(serve, dovecot, recorder, door):
    server = dovecot()
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v2-tls")
    header = v2("192.0.2.7", 4711)
    if door == "implicit":
        client = Arrival(front.tls_address, header=header, tls=True)
        keywords = client.hello().keywords
    else:
        client = Arrival(front.address, header=header)
        assert "AUTH" not in client.hello().keywords
        client.starttls()
        keywords = client.expect("EHLO client.example", 250).keywords
    assert keywords["AUTH"] == ["PLAIN"] and "STARTTLS" not in keywords
    client.expect(LOGIN, 235)
    assert client.mail(b"Subject: from joe\r\n\r\nx\r\n").code == 250
    client.expect("QUIT", 221)
    login = server.wait_for(r"Login: user=<joe>.*").group(0)
    assert "rip=192.0.2.7" in login and "rport=4711" in login
    assert "TLS" in login or "secured" in login  # 2.3 says "secured" of TLS that ended before it
    assert recorder.wait_messages(1)[0].raw.endswith(b"Subject: from joe\r\n\r\nx\r\n")


def test_dovecot_lets_nobody_in_when_it_is_told_of_no_tls(serve, dovecot):
    server = dovecot()
    front = serve(backend=server.endpoint, identity="proxy-v2")
    with Arrival(front.address, source="127.0.0.2") as client:
        client.hello()
        client.starttls()
        assert client.expect("EHLO client.example", 250).keywords.get("AUTH", [""]) == [""]
        assert client.command(LOGIN).code // 100 == 5
        client.expect("QUIT", 221)
