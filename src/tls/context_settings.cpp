// Settings made into an SSL_CTX. What the system's openssl.cnf says of versions and ciphers is overruled.
#include "tls/context_settings.hpp"

#include <openssl/pem.h>

#include "base/text.hpp"
#include "tls/trust.hpp"

namespace tls {
namespace {

constexpr long largest_client_chain = 64 * 1024;

// Forward secrecy and AEAD only. ECDSA first: its signatures cost a tenth of RSA's (threat 26).
constexpr std::string_view modern_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305";
// TLS 1.0 and 1.1 know nothing better; still with forward secrecy, and no RSA key exchange (threats 28, 29).
constexpr std::string_view old_ciphers =
    ":ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";
constexpr std::string_view modern_ciphersuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr std::string_view modern_groups = "X25519MLKEM768:X25519:P-256:P-384";
// No SHA-1 (threat 30).
constexpr std::string_view signature_algorithms =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
    "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512";

// What is left of the past; behind the others, so that nobody who can do better gets it.
constexpr std::string_view older_signature_algorithms = ":ed448:ECDSA+SHA224:RSA+SHA224:ECDSA+SHA1:RSA+SHA1";

using Done = base::Result<bool>;

std::string either(const std::string& chosen, std::string_view advice) {
  return chosen.empty() ? std::string(advice) : chosen;
}

int number_of(Version version) {
  switch (version) {
    case Version::tls1_0:
      return TLS1_VERSION;
    case Version::tls1_1:
      return TLS1_1_VERSION;
    case Version::tls1_2:
      return TLS1_2_VERSION;
    case Version::tls1_3:
      return TLS1_3_VERSION;
  }
  return TLS1_3_VERSION;
}

bool is_old(Version lowest) {
  return lowest < Version::tls1_2;
}

std::uint64_t option_against(Version version) {
  switch (version) {
    case Version::tls1_0:
      return SSL_OP_NO_TLSv1;
    case Version::tls1_1:
      return SSL_OP_NO_TLSv1_1;
    case Version::tls1_2:
      return SSL_OP_NO_TLSv1_2;
    case Version::tls1_3:
      return SSL_OP_NO_TLSv1_3;
  }
  return 0;
}

Done set_versions(SSL_CTX* context, Version lowest, Version highest, const Leeway& leeway = {}) {
  if (lowest > highest) return base::fail("TLS versions: the lowest is above the highest");
  // MD5 and SHA-1 in the handshake of TLS 1.0 and 1.1 are below every security level but 0.
  SSL_CTX_set_security_level(context, leeway.security_level.value_or(is_old(lowest) ? 0 : 2));
  for (const Version each : leeway.left_out) SSL_CTX_set_options(context, option_against(each));
  if (SSL_CTX_set_min_proto_version(context, number_of(lowest)) != 1 ||
      SSL_CTX_set_max_proto_version(context, number_of(highest)) != 1) {
    return fail_openssl("TLS versions");
  }
  return true;
}

Done set_ciphers(SSL_CTX* context, const std::string& ciphers, const std::string& ciphersuites, Version lowest) {
  const std::string advice = std::string(modern_ciphers) + std::string(is_old(lowest) ? old_ciphers : "");
  if (SSL_CTX_set_cipher_list(context, either(ciphers, advice).c_str()) != 1) {
    return fail_openssl(fmt::format("ciphers \"{}\"", ciphers));
  }
  if (SSL_CTX_set_ciphersuites(context, either(ciphersuites, modern_ciphersuites).c_str()) != 1) {
    return fail_openssl(fmt::format("ciphersuites \"{}\"", ciphersuites));
  }
  return true;
}

// One by one: a name this OpenSSL does not know must not spoil the others.
Done set_groups(SSL_CTX* context, const std::string& chosen) {
  const std::string wanted = either(chosen, modern_groups);
  std::string known;
  for (const std::string_view name : base::split(wanted, ':')) {
    const std::string one(base::trimmed(name));
    if (one.empty() || SSL_CTX_set1_groups_list(context, one.c_str()) != 1) continue;
    known += (known.empty() ? "" : ":") + one;
  }
  ERR_clear_error();
  if (known.empty()) return base::fail("groups \"{}\": none is known", chosen);
  if (SSL_CTX_set1_groups_list(context, known.c_str()) != 1) return fail_openssl(fmt::format("groups \"{}\"", known));
  return true;
}

void set_common(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_early_data(context, 0);  // replays (threat 35)
  SSL_CTX_set_max_cert_list(context, largest_client_chain);
  SSL_CTX_set_read_ahead(context, 0);  // nothing behind a close_notify is ever taken (threat 18)
}

base::Result<SslContextPtr> new_context(const SSL_METHOD* method) {
  ERR_clear_error();
  SslContextPtr context(SSL_CTX_new(method));
  if (!context) return fail_openssl("TLS context");
  set_common(context.get());
  return context;
}

Done set_signatures(SSL_CTX* context, bool older) {
  const std::string list = std::string(signature_algorithms) + std::string(older ? older_signature_algorithms : "");
  if (SSL_CTX_set1_sigalgs_list(context, list.c_str()) == 1) return true;
  return fail_openssl("signature algorithms");
}

Done set_finite_field_dh(SSL_CTX* context, const Leeway& leeway) {
  if (!leeway.finite_field_dh) return true;
  if (leeway.dh_parameters.empty()) {
    SSL_CTX_set_dh_auto(context, 1);
    return true;
  }
  const BioPtr source = reading(leeway.dh_parameters);
  KeyPtr parameters(PEM_read_bio_Parameters(source.get(), nullptr));
  if (!parameters || EVP_PKEY_is_a(parameters.get(), "DH") != 1) return fail_openssl("DH parameters");
  if (SSL_CTX_set0_tmp_dh_pkey(context, parameters.get()) != 1) return fail_openssl("DH parameters");
  (void)parameters.release();
  return true;
}

void set_tickets(SSL_CTX* context, bool wanted) {
  SSL_CTX_set_num_tickets(context, wanted ? 1 : 0);
  if (!wanted) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

// The context if the last step went well, else why not.
base::Result<SslContextPtr> if_done(SslContextPtr context, const Done& done) {
  if (!done) return tl::unexpected(done.error());
  return context;
}

}  // namespace

base::Result<SslContextPtr> server_context(const ServerSettings& settings) {
  auto context = new_context(TLS_server_method());
  if (!context) return context;
  SSL_CTX* raw = context->get();
  set_tickets(raw, settings.tickets);
  if (settings.client_order) SSL_CTX_clear_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_options(raw, settings.leeway.options);
  const Done done = set_versions(raw, settings.min_version, settings.max_version, settings.leeway)
                        .and_then([&](bool) {
                          return set_ciphers(raw, settings.ciphers, settings.ciphersuites, settings.min_version);
                        })
                        .and_then([&](bool) { return set_signatures(raw, settings.leeway.old_signatures); })
                        .and_then([&](bool) { return set_groups(raw, settings.groups); })
                        .and_then([&](bool) { return set_finite_field_dh(raw, settings.leeway); })
                        .and_then([&](bool) { return use_client_rule(raw, settings); });
  return if_done(std::move(*context), done);
}

base::Result<SslContextPtr> client_context(const ClientSettings& settings) {
  auto context = new_context(TLS_client_method());
  if (!context) return context;
  SSL_CTX* raw = context->get();
  const bool verifies = !settings.ca.empty();
  SSL_CTX_set_verify(raw, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const Done done =
      set_versions(raw, settings.min_version, settings.max_version)
          .and_then([&](bool) { return set_ciphers(raw, settings.ciphers, "", settings.min_version); })
          .and_then([&](bool) { return set_signatures(raw, false); })
          .and_then([&](bool) { return set_groups(raw, ""); })
          .and_then([&](bool) { return verifies ? trust_authorities(raw, settings.ca, false) : Done(true); });
  return if_done(std::move(*context), done);
}

std::string alpn_wire_form(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) continue;
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

}  // namespace tls
