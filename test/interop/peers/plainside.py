"""Postscreen's side of the hand-off to tlsproxy(8), in each of its generations, for requests a real Postfix of one version
cannot be made to send. Its octets are written here from the description of the protocol, not taken from the program under test."""
import contextlib
import socket

from harness.waiting import DEADLINE, free_port

# The version that stands for each generation, and the attributes of its request in their order.
VERSIONS = {"a": "2.8.20", "b": "2.9.15", "c": "3.5.27", "d": "3.7.11", "e": "3.12-20260821"}
REQUESTS = {
    "a": ["remote_endpoint", "flags", "timeout"],
    "b": ["remote_endpoint", "flags", "timeout", "server_id"],
    "c": ["remote_endpoint", "flags", "timeout", "timeout", "serverid"],
}
REQUESTS["d"] = REQUESTS["e"] = REQUESTS["c"]
LIBRARY = """config_file config_name tls_high_cipherlist tls_medium_cipherlist tls_null_cipherlist tls_eecdh_auto_curves
tls_eecdh_strong_curve tls_eecdh_ultra_curve tls_ffdhe_auto_groups tls_disable_workarounds tls_ssl_options tlsmgr_service_name
tls_session_ticket_cipher tls_daemon_random_bytes tls_append_default_CA tls_preempt_cipherlist
tls_wildcard_matches_multiple_labels tls_server_sni_maps tls_fast_shutdown_enable tls_trust_server_ccerts""".split()
CONTEXT = """log_param log_level verifydepth cache_type set_sessid chain_files cert_file key_file dcert_file dkey_file eccert_file
eckey_file CAfile CApath protocols eecdh_grade dh1024_param_file dh512_param_file ask_ccert mdalg""".split()
SESSION = """log_param log_level timeout enable_rpk requirecert serverid namaddr cipher_grade cipher_exclusions mdalg
trace_size_limit trace_peer""".split()

# The attributes of the TLS context (flag 4) that came with the version.
RESULTS = {
    "a": "peer_CN issuer_CN peer_fingerprint peer_status cipher_protocol cipher_name cipher_usebits cipher_algbits",
    "b": "peer_CN issuer_CN peer_fingerprint peer_pubkey_fingerprint peer_status cipher_protocol cipher_name cipher_usebits "
         "cipher_algbits",
    "c": "peer_CN issuer_CN peer_fingerprint peer_pubkey_fingerprint peer_status cipher_protocol cipher_name cipher_usebits "
         "cipher_algbits key_exchange key_exchange_curve key_exchange_bits clnt_signature clnt_signature_curve "
         "clnt_signature_bits clnt_signature_digest srvr_signature srvr_signature_curve srvr_signature_bits "
         "srvr_signature_digest namaddr",
    "d": "peer_CN issuer_CN peer_fingerprint peer_pubkey_fingerprint level peer_status cipher_protocol cipher_name "
         "cipher_usebits cipher_algbits key_exchange key_exchange_curve key_exchange_bits clnt_signature "
         "clnt_signature_curve clnt_signature_bits clnt_signature_digest srvr_signature srvr_signature_curve "
         "srvr_signature_bits srvr_signature_digest namaddr",
    "e": "peer_CN issuer_CN peer_fingerprint peer_pubkey_fingerprint level peer_status cipher_protocol cipher_name "
         "cipher_usebits cipher_algbits key_exchange key_exchange_curve key_exchange_bits ctos_rpk stoc_rpk clnt_signature "
         "clnt_signature_curve clnt_signature_bits clnt_signature_digest srvr_signature srvr_signature_curve "
         "srvr_signature_bits srvr_signature_digest namaddr rpt_reported trace_size_limit",
}


def attributes(pairs):
    """A list of (name, value) as octets: each ended by NUL, the list by one more."""
    return b"".join(f"{name}\0{value}\0".encode() for name, value in pairs) + b"\0"


def tcp_pair():
    """Two connected TCP sockets: the SMTP client's end, and the one that is passed."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen(1)
        near = socket.create_connection(listener.getsockname(), DEADLINE)
        far, _ = listener.accept()
    return near, far


class PlainSide:
    """One hand-off. path: the service's socket."""

    def __init__(self, path, generation="d"):
        self.generation = generation
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(path)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def read_list(self):
        """The next attribute list as [(name, value)]; None at the end of the stream."""
        strings = []
        while True:
            while b"\0" not in self.unread:
                block = self.socket.recv(4096)
                if not block:
                    assert self.unread == b"" and not strings, f"the stream ended within a list: {strings} {self.unread!r}"
                    return None
                self.unread += block
            word, self.unread = self.unread.split(b"\0", 1)
            if not word and len(strings) % 2 == 0:
                return list(zip(strings[::2], strings[1::2]))
            strings.append(word.decode())

    def greeted(self):
        """The greeting, where the generation has one; before it the older ones must hear nothing."""
        if self.generation in "de":
            assert self.read_list() == [("protocol", "tlsproxy_protocol")]

    def request(self, endpoint, flags=1, limit=300, session_limit=None, service="smtpd"):
        values = {"remote_endpoint": [endpoint], "flags": [flags], "timeout": [limit, session_limit or limit],
                  "server_id": [service], "serverid": [service]}
        text = attributes((name, values[name].pop(0)) for name in REQUESTS[self.generation])
        if self.generation == "e" and not flags & 8:
            text += attributes((name, "1" if name == "log_level" else "") for name in LIBRARY + CONTEXT + SESSION)
        return text

    def asked(self, endpoint, **options):
        """Greeting, request; the status that came back, None where the stream ended instead."""
        self.greeted()
        self.socket.sendall(self.request(endpoint, **options))
        answer = self.read_list()
        if answer is None:
            return None
        assert [name for name, _ in answer] == ["status"], answer
        return int(answer[0][1])

    def pass_descriptor(self, passed):
        socket.send_fds(self.socket, [b"\0"], [passed.fileno()])
        passed.close()

    def received(self, count):
        while len(self.unread) < count:
            block = self.socket.recv(4096)
            assert block, f"the stream ended after {self.unread!r}"
            self.unread += block
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def ended(self):
        """Waits for the end of the stream; a reset is one too."""
        with contextlib.suppress(ConnectionResetError):
            return self.socket.recv(1) == b""
        return True
