"""main.cf's TLS parameters, seen by a client of Postfix's own tlsproxy and of ours: what is agreed on, and what is warned about."""
import re
import ssl

import pytest

from harness.client import tls_context

TLS_1_2 = "1.2"


def context(version=None, ciphers=None):
    return tls_context(version, **({"ciphers": ciphers} if ciphers else {}))


def outcome(site, made, name="mail.example"):
    """Version and cipher, or how it failed."""
    try:
        with site.secured(made, name=name) as client:
            return client.socket.version(), client.socket.cipher()[0]
    except (ssl.SSLError, OSError, AssertionError) as fault:
        return re.sub(r"\(_ssl.*|'", "", str(fault)).strip()


CHOICES = [
    ({}, TLS_1_2, None),
    ({"smtpd_tls_protocols": ">=TLSv1.3"}, TLS_1_2, None),
    ({"smtpd_tls_protocols": "!TLSv1.3"}, None, None),
    ({"smtpd_tls_security_level": "encrypt", "smtpd_tls_mandatory_protocols": "TLSv1.2"}, None, None),
    ({"smtpd_tls_exclude_ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384, CHACHA20"}, TLS_1_2, "ECDHE+AESGCM"),
    ({"tls_preempt_cipherlist": "yes"}, TLS_1_2, "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-GCM-SHA384:@SECLEVEL=0"),
    ({"smtpd_tls_ciphers": "null"}, TLS_1_2, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"),
    ({"smtpd_tls_cert_file": "none", "smtpd_tls_chain_files": ""}, TLS_1_2, "AECDH-AES256-SHA:@SECLEVEL=0"),
]


@pytest.mark.parametrize("number", range(len(CHOICES)))
def test_the_same_is_agreed_on(make_site, original, ours, number):
    main, version, ciphers = CHOICES[number]
    found = [outcome(make_site(which, main=main), context(version, ciphers)) for which in (original, ours)]
    assert found[0] == found[1]


WARNINGS = {
    "smtpd_tls_security_level": "secure",
    "smtpd_tls_loglevel": "foo",
    "tls_disable_workarounds": "FOO TLSEXT_PADDING",
    "tls_ssl_options": "BAR NO_COMPRESSION",
    "tls_eecdh_auto_curves": "x9 X25519",
    "smtpd_tls_dh1024_param_file": "/nonexistent",
    "smtpd_tls_cert_file": "/nonexistent",
    "tls_session_ticket_cipher": "nonsense",
}
DISABLING = [
    {"smtpd_tls_protocols": "!SSLv9"},
    {"smtpd_tls_fingerprint_digest": "nonsense"},
    {"smtpd_tls_chain_files": ""},
    {"smtpd_tls_cert_file": "none", "smtpd_tls_chain_files": "", "smtpd_tls_ask_ccert": "yes"},
]


def warnings(site):
    """Of the start, once each (the original repeats some for its second context), when one client has gone again."""
    site.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT")
    return {line for line in site.proxy_lines() if line.startswith("warning: ")}


def test_what_is_wrong_is_warned_about_in_the_same_words(make_site, original, ours):
    found = []
    for which in (original, ours):
        site = make_site(which, main=WARNINGS)
        outcome(site, context())
        found.append(warnings(site))
    assert len(found[0]) >= 7
    assert found[0] == found[1]


@pytest.mark.parametrize("main", DISABLING, ids=lambda main: next(iter(main)))
def test_what_disables_tls_does_so_in_the_same_words(make_site, original, ours, main):
    found = []
    for which in (original, ours):
        site = make_site(which, main=main)
        with site.client() as client:
            client.hello()
            client.expect("STARTTLS", 454)
        found.append(warnings(site))
    assert found[0] and found[0] == found[1]
