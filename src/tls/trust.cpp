// Trust in certificates of peers, see trust.hpp.
#include "tls/trust.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "tls/certificate_facts.hpp"
#include "tls/certificates.hpp"
#include "tls/connection.hpp"
#include "tls/public_half.hpp"
#include "tls/shielded.hpp"

namespace tls {
namespace {

constexpr std::size_t longest_name = 128;

// Without a chain to judge only the list of keys decides.
bool judges_chain(const Context::Inner& rules) {
  return rules.client_authorities || rules.client_keys.empty();
}

// Words for the log: why, and what would have to be listed for this client to be let in.
std::string doubt_about(const X509* certificate, std::string_view why) {
  return fmt::format("{}: subject_CN={}, pkey_fingerprint={}", why,
                     base::escaped(common_name(certificate), longest_name),
                     fingerprint_text(key_fingerprint(certificate)));
}

// OpenSSL counts authorities between a certificate and its anchor only; here everything above the client's own counts,
// so it looks one further.
int stop_when_too_deep(int good, X509_STORE_CTX* chain) {
  const int deepest = X509_VERIFY_PARAM_get_depth(X509_STORE_CTX_get0_param(chain)) - 1;
  if (X509_STORE_CTX_get_error_depth(chain) <= deepest) return good;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_CHAIN_TOO_LONG);
  return 0;
}

// OpenSSL's chain check is replaced by this one, so that all rules are applied inside the handshake and their result is
// kept in the session. With "ask" whatever comes is taken, and the result stands in the session's facts.
int judge_client(X509_STORE_CTX* chain, void* /*unused*/) {
  const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
  Engine::Inner& connection = Engine::Inner::of(static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, index)));
  const Context::Inner& rules = *connection.context;
  const X509* leaf = X509_STORE_CTX_get0_cert(chain);
  bool good = true;
  if (judges_chain(rules)) {
    good = X509_verify_cert(chain) == 1;
  } else {
    X509_STORE_CTX_set_error(chain, X509_V_OK);
  }
  if (!good) {
    connection.early().doubt = doubt_about(leaf, X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain)));
  } else if (!lists_key_of(rules.client_keys, leaf)) {
    good = false;
    X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_REJECTED);
    connection.early().doubt = doubt_about(leaf, "the key is not listed");
  }
  return good || rules.client_certificate != ClientCertificate::require ? 1 : 0;
}

}  // namespace

base::Result<bool> trust_authorities(SSL_CTX* context, const std::string& authorities, bool announce) {
  const auto certificates = read_certificates(authorities);
  if (!certificates) return base::fail("certificate authorities: {}", certificates.error().text);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  for (const CertificatePtr& each : *certificates) {
    if (X509_STORE_add_cert(store, each.get()) != 1) return fail_openssl("certificate authorities");
    if (announce && SSL_CTX_add_client_CA(context, each.get()) != 1) return fail_openssl("certificate authorities");
  }
  return true;
}

base::Result<bool> use_client_rule(SSL_CTX* context, const ServerSettings& settings) {
  if (settings.client_certificate == ClientCertificate::none) return true;
  const bool required = settings.client_certificate == ClientCertificate::require;
  if (required && settings.client_ca.empty() && settings.client_keys.empty()) {
    return base::fail("client certificates are required, but neither authorities nor keys are given to know them by");
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), stop_when_too_deep);
  SSL_CTX_set_verify_depth(context, settings.leeway.verify_depth + 1);
  SSL_CTX_set_cert_verify_callback(context, shielded<judge_client>, nullptr);
  const auto announced =
      settings.client_ca.empty() ? base::Result<bool>(true) : trust_authorities(context, settings.client_ca, true);
  const std::string& more = settings.leeway.more_ca;
  return !announced || more.empty() ? announced : trust_authorities(context, more, false);
}

std::string key_fingerprint(const X509* certificate) {
  const std::string der = public_der(X509_get0_pubkey(certificate));
  return der.empty() ? der : base::hex(sha256(der));
}

std::string certificate_fingerprint(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return base::hex(chars(digest.data(), size));
}

bool lists_key_of(const std::vector<std::string>& keys, const X509* certificate) {
  return keys.empty() || std::find(keys.begin(), keys.end(), key_fingerprint(certificate)) != keys.end();
}

}  // namespace tls
