"""Mail through {our, Debian's, the newest} tlswrapper with {our, Debian's, the newest} tlswrapper-smtp, in every cell that
can work."""
import pytest

import chain
from harness.client import at_once, tls_context

MESSAGE = b"Subject: hello\r\n\r\none\r\n..two\r\n"


def test_mail_passes_in_clear(cells, wrapper, helper):
    front = cells.start(wrapper, helper)
    with front.client() as client:
        assert "STARTTLS" in client.hello().keywords
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert front.status() == 0
    assert MESSAGE + b".\r\n" in front.program_heard()


def test_mail_passes_inside_tls(cells, wrapper, helper):
    front = cells.start(wrapper, helper)
    with front.client() as client:
        client.hello()
        client.starttls()
        assert "STARTTLS" not in client.expect("EHLO client.example", 250).keywords
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert front.status() == 0
    assert MESSAGE + b".\r\n" in front.program_heard()


def test_tls_from_the_first_octet(cells, wrapper):
    front = cells.start(wrapper, None, delayed=False)
    with front.client(tls=True) as client:
        client.hello()
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert front.status() == 0


def test_the_helper_inside_tls_from_the_first_octet(cells, wrapper, helper):
    front = cells.start(wrapper, helper, delayed=False)
    with front.client(tls=True) as client:
        assert "STARTTLS" not in client.hello().keywords
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert front.status() == 0


@pytest.mark.parametrize("option", [[], ["-tls"]], ids=["clear", "tls"])
def test_swaks_sends_mail(cells, wrapper, helper, option):
    if not chain.have("swaks"):
        pytest.skip("swaks is not installed")
    front = cells.start(wrapper, helper)
    front.swaks(*option)
    assert front.status() == 0


def test_quick_clients_never_lose_their_client_hello(cells, helper):
    front = cells.start("ours", helper)

    def session(_number):
        with front.client() as client:
            client.hello()
            client.starttls()
            client.expect("EHLO client.example", 250)
            client.expect("QUIT", 221)

    for _ in range(5):
        at_once(8, session)


def test_ours_speaks_tls_1_3_and_1_2(cells):
    front = cells.start()
    for version in ("1.2", "1.3"):
        with front.client() as client:
            client.hello()
            client.starttls(tls_context(version))
            assert client.tls_version == "TLSv" + version
            client.expect("EHLO client.example", 250)


def test_mail_under_inetd(cells):
    front = cells.start(server="inetd")
    with front.client() as client:
        remote = client.socket.getsockname()
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert front.status() == 0
    assert front.environment()["TCPREMOTEIP"] == remote[0]
    assert front.environment()["TCPREMOTEPORT"] == str(remote[1])


def test_ecdsa_and_rsa_side_by_side(cells, certificates):
    front = cells.start(delayed=False, helper=None,
                        certs=[certificates.get(), certificates.get("other.example", kind="rsa")])
    for algorithm, names in (("ECDHE-ECDSA-AES128-GCM-SHA256", "mail.example"),
                             ("ECDHE-RSA-AES128-GCM-SHA256", "other.example")):
        with front.client(tls=tls_context("1.2", ciphers=algorithm)) as client:
            assert client.peer_der == certificates.get(names, kind="rsa" if "RSA" in algorithm else "ecdsa").der


def test_a_directory_of_certificates_is_searched_by_name(cells, certificates):
    folder = cells.place / "names"
    folder.mkdir()
    for name in ("one.example", "two.example"):
        path = folder / name
        path.write_bytes(certificates.get("common.example", copy=name).both.read_bytes())
        path.chmod(0o600)
    front = cells.start(delayed=False, helper=None, options=["-d", folder])
    for name, wanted in (("one.example", "one.example"), ("TWO.example", "two.example"), ("three.example", None)):
        with front.client(tls=True, name=name) as client:
            one = certificates.get("common.example", copy=wanted) if wanted else certificates.get()
            assert client.peer_der == one.der


def test_the_newest_pair_was_there():
    if not chain.usable("newest", chain.WRAPPERS):
        pytest.skip("EHLOCK_NEWEST_TLSWRAPPER names no folder with upstream's newest pair: its cells were left out")
