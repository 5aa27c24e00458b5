// What an Engine can tell of its connection: the handshake's facts, the peer's certificates, the session to resume
// with.
#include <algorithm>

#include <openssl/pem.h>

#include "base/text.hpp"
#include "tls/certificate_facts.hpp"
#include "tls/connection.hpp"
#include "tls/public_half.hpp"
#include "tls/trust.hpp"

namespace tls {
namespace {

constexpr std::size_t longest_common_name = 256;

std::string short_name(int nid) {
  const char* name = nid != NID_undef ? OBJ_nid2sn(nid) : nullptr;
  return name != nullptr ? name : "";
}

std::string group_of(SSL* ssl) {
  long nid = SSL_get_negotiated_group(ssl);
  // A TLS 1.2 server of OpenSSL 3.0 does not note which of the shared groups it took: the first.
  if (nid <= 0 && SSL_is_server(ssl) == 1 && SSL_session_reused(ssl) == 0) nid = SSL_get_shared_group(ssl, 0);
  if (nid <= 0) return {};
  // Groups without an object identifier (X25519MLKEM768) have a name in OpenSSL's table only.
  const bool registered = (nid & TLSEXT_nid_unknown) == 0;
  const char* name = registered ? OBJ_nid2sn(static_cast<int>(nid)) : SSL_group_to_name(ssl, static_cast<int>(nid));
  return name != nullptr ? name : "";
}

std::string signature_text(int type, const EVP_PKEY* key) {
  const auto rsa = [&](const char* padding) { return fmt::format("{} ({} bits)", padding, EVP_PKEY_get_bits(key)); };
  switch (type) {
    case EVP_PKEY_RSA:
      return rsa("RSA");
    case EVP_PKEY_RSA_PSS:
      return rsa("RSA-PSS");
    case EVP_PKEY_EC:
      return fmt::format("ECDSA ({})", short_name(curve_nid(key)));
    default:
      return short_name(type);
  }
}

std::string ecdsa_scheme(const std::string& digest) {
  if (digest == "sha256") return "ecdsa_secp256r1_sha256";
  if (digest == "sha384") return "ecdsa_secp384r1_sha384";
  if (digest == "sha512") return "ecdsa_secp521r1_sha512";
  return digest == "sha1" ? "ecdsa_sha1" : "";
}

// RFC 8446 §4.2.3; the names stand for the same numbers in TLS 1.2.
std::string scheme_name(int type, const std::string& digest, const EVP_PKEY* key) {
  const std::string lower = base::lowered(digest);
  switch (type) {
    case EVP_PKEY_RSA:
      return "rsa_pkcs1_" + lower;
    case EVP_PKEY_RSA_PSS:
      return (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS ? "rsa_pss_pss_" : "rsa_pss_rsae_") + lower;
    case EVP_PKEY_EC:
      return ecdsa_scheme(lower);
    default:
      return base::lowered(short_name(type));
  }
}

struct Signed {
  std::string by;
  std::string digest;
  std::string scheme;
};

// Who signed the handshake: we, or the peer.
Signed signature_of(SSL* ssl, bool ours) {
  const X509* certificate = ours ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl);
  int type = NID_undef;
  int digest = NID_undef;
  const int known = ours ? SSL_get_signature_type_nid(ssl, &type) : SSL_get_peer_signature_type_nid(ssl, &type);
  if (known != 1 || certificate == nullptr) return {};
  const long has_digest = ours ? SSL_get_signature_nid(ssl, &digest) : SSL_get_peer_signature_nid(ssl, &digest);
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  Signed found{signature_text(type, key), has_digest == 1 ? short_name(digest) : std::string(), ""};
  if (SSL_version(ssl) >= TLS1_2_VERSION) found.scheme = scheme_name(type, found.digest, key);
  return found;
}

// A resumed session was not signed for.
void add_signatures(Facts& facts, SSL* ssl) {
  if (facts.resumed) return;
  const bool serves = SSL_is_server(ssl) == 1;
  if (const X509* own = serves ? SSL_get_certificate(ssl) : nullptr; own != nullptr) {
    facts.certificate_key = short_key_kind(X509_get0_pubkey(own));
    facts.certificate_signature = short_name(X509_get_signature_nid(own));
  }
  Signed server = signature_of(ssl, serves);
  facts.signature = std::move(server.by);
  facts.digest = std::move(server.digest);
  facts.scheme = std::move(server.scheme);
  if (!serves || SSL_get0_peer_certificate(ssl) == nullptr) return;
  Signed client = signature_of(ssl, false);
  facts.client_signature = std::move(client.by);
  facts.client_digest = std::move(client.digest);
}

// A name as it stands, in UTF-8; one with control characters or without end is escaped.
std::string tidy(const std::string& name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 127; });
  return plain && name.size() <= longest_common_name ? name : base::escaped(name, longest_common_name);
}

void add_client(Facts& facts, const Engine::Inner& connection) {
  const SSL* ssl = connection.ssl.get();
  X509* certificate = SSL_is_server(ssl) == 1 ? SSL_get0_peer_certificate(ssl) : nullptr;
  if (certificate == nullptr) return;
  facts.client_certificate = true;
  facts.client_verified = connection.trusts_client();
  facts.client_subject = name_line(X509_get_subject_name(certificate));
  facts.client_issuer = name_line(X509_get_issuer_name(certificate));
  facts.client_common_name = tidy(common_name(certificate));
  facts.client_issuer_name = tidy(issuer_name(certificate));
  facts.client_serial = serial_hex(certificate);
  facts.client_fingerprint = certificate_fingerprint(certificate);
  facts.client_key_fingerprint = key_fingerprint(certificate);
}

std::string chosen_protocol(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return size > 0 ? std::string(chars(name, size)) : std::string();
}

}  // namespace

Facts Engine::facts() const {
  Facts facts;
  if (!inner_->secured) return facts;
  SSL* ssl = awake().ssl.get();
  facts.protocol = SSL_get_version(ssl);
  facts.cipher = SSL_get_cipher_name(ssl);
  facts.bits = SSL_get_cipher_bits(ssl, &facts.algorithm_bits);
  facts.group = group_of(ssl);
  facts.alpn = chosen_protocol(ssl);
  facts.sni = inner_->sni;
  facts.sni_known = inner_->name_known;
  facts.resumed = SSL_session_reused(ssl) == 1;
  facts.resumed_by_ticket = facts.resumed && inner_->by_ticket;
  add_signatures(facts, ssl);
  add_client(facts, *inner_);
  forget_faults();
  return facts;
}

std::string Engine::session_id() const {
  const SSL_SESSION* session = inner_->secured ? SSL_get_session(awake().ssl.get()) : nullptr;
  if (session == nullptr) return {};
  unsigned int size = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &size);
  return std::string(chars(id, size));
}

std::string Engine::peer_chain_pem() const {
  const SSL* ssl = awake().ssl.get();
  if (ssl == nullptr) return {};
  const BioPtr out = writing();
  // OpenSSL leaves the leaf out of a client's chain.
  if (SSL_is_server(ssl) == 1 && SSL_get0_peer_certificate(ssl) != nullptr) {
    PEM_write_bio_X509(out.get(), SSL_get0_peer_certificate(ssl));
  }
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    PEM_write_bio_X509(out.get(), sk_X509_value(chain, i));
  }
  return written(out.get());
}

std::string Engine::verification() const {
  return awake().ssl ? X509_verify_cert_error_string(SSL_get_verify_result(inner_->ssl.get())) : "no connection";
}

std::string Engine::session_der() const {
  SSL_SESSION* session = awake().ssl ? SSL_get_session(inner_->ssl.get()) : nullptr;
  const int size = session != nullptr ? i2d_SSL_SESSION(session, nullptr) : 0;
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  i2d_SSL_SESSION(session, &end);
  return der;
}

void Engine::resume_with(std::string_view session_der) {
  if (!awake().ssl || inner_->context->serves) return;
  const unsigned char* begin = octets(session_der);
  const SessionPtr session(d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(session_der.size())));
  if (session) SSL_set_session(inner_->ssl.get(), session.get());
  forget_faults();
}

}  // namespace tls
