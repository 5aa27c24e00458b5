// Context: certificates put where OpenSSL finds them, and new connections.
#include "tls/context.hpp"

#include <algorithm>

#include <fmt/ranges.h>
#include <openssl/provider.h>

#include "tls/certificates.hpp"
#include "tls/client_hello.hpp"
#include "tls/connection.hpp"
#include "tls/context_inner.hpp"
#include "tls/context_settings.hpp"
#include "tls/few_algorithms.hpp"
#include "tls/recollection.hpp"
#include "tls/ticket_callback.hpp"
#include "tls/trust.hpp"

namespace tls {
namespace {

using Done = base::Result<bool>;

// Whether signing with the key may have to wait for another process: any key but OpenSSL's own.
bool is_remote(const PrivateKey& key) {
  const OSSL_PROVIDER* provider = EVP_PKEY_get0_provider(key.raw());
  if (provider == nullptr) return true;
  const std::string_view name = OSSL_PROVIDER_get0_name(provider);
  return name != "default" && name != "fips" && name != few_algorithms_name;
}

// A second certificate of the same kind for the same names changes nothing: the first was preferred.
Done add_credential(SSL_CTX* context, const Credential& credential) {
  STACK_OF(X509)* const chain = sk_X509_new_null();
  for (std::size_t i = 1; chain != nullptr && i < credential.chain.size(); ++i) {
    sk_X509_push(chain, credential.chain[i].get());
  }
  const int added = SSL_CTX_use_cert_and_key(context, credential.chain.front().get(), credential.key.raw(), chain, 0);
  sk_X509_free(chain);
  if (added == 1) return true;
  const unsigned long why = ERR_peek_error();
  if (ERR_GET_LIB(why) == ERR_LIB_SSL && ERR_GET_REASON(why) == SSL_R_NOT_REPLACING_CERTIFICATE) {
    ERR_clear_error();
    return true;
  }
  return fail_openssl(credential.origin);
}

// What a session belongs to: these certificates, and these rules for versions, ciphers and client certificates. A
// ticket from under other names or other rules is answered by a full handshake (threat 32, CVE-2025-23419): OpenSSL
// itself would resume with a cipher that is not permitted any more.
std::string session_scope(const std::vector<Credential>& group, const ServerSettings& settings) {
  if (!settings.memory.scope.empty()) return settings.memory.scope;
  std::vector<std::string> parts;
  parts.reserve(group.size());
  for (const Credential& each : group) parts.push_back(certificate_fingerprint(each.chain.front().get()));
  std::sort(parts.begin(), parts.end());
  const std::string rules =
      fmt::format("{} {} {}\n{}\n{}\n{}\n{}\n{}\n{}", static_cast<int>(settings.min_version),
                  static_cast<int>(settings.max_version), static_cast<int>(settings.client_certificate),
                  settings.policy, settings.ciphers, settings.ciphersuites, settings.groups,
                  fmt::join(settings.client_keys, " "), settings.client_ca);
  return sha256(fmt::format("{}\n{}", fmt::join(parts, " "), rules));
}

int choose_protocol(SSL* ssl, const unsigned char** chosen,  // NOLINT(readability-function-size): OpenSSL's shape
                    unsigned char* chosen_size, const unsigned char* offered, unsigned int offered_size, void*) {
  const std::string& ours = Engine::Inner::of(ssl).context->alpn;
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, chosen_size, octets(ours), static_cast<unsigned int>(ours.size()),
                                           offered, offered_size);
  // Without overlap `found` is not a choice at all (CVE-2024-5535).
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

base::Result<SslContextPtr> context_for(const std::vector<Credential>& group, const ServerSettings& settings) {
  auto context = server_context(settings);
  if (!context) return context;
  SSL_CTX* raw = context->get();
  for (const Credential& credential : group) {
    if (const Done added = add_credential(raw, credential); !added) return tl::unexpected(added.error());
  }
  const std::string scope = session_scope(group, settings);
  if (SSL_CTX_set_session_id_context(raw, octets(scope), static_cast<unsigned int>(scope.size())) != 1) {
    return fail_openssl("session id context");
  }
  use_client_hello(raw);
  use_ticket_ring(raw);
  use_memory(raw, settings.memory);
  SSL_CTX_set_msg_callback(raw, Engine::Inner::on_message);
  if (!alpn_wire_form(settings.alpn).empty()) SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  return context;
}

using Groups = std::vector<std::vector<Credential>>;

// Without a certificate of its own the first context answers by anonymous ciphers.
base::Result<Groups> groups_of(const std::vector<Identity>& identities, bool no_certificate) {
  if (!no_certificate) return group_by_names(identities);
  Groups groups;
  if (!identities.empty()) {
    auto named = group_by_names(identities);
    if (!named) return named;
    groups = std::move(*named);
  }
  groups.emplace(groups.begin());
  return groups;
}

void add_names(NameTable& table, const std::vector<Credential>& group, std::size_t index) {
  if (group.empty()) return;
  for (const std::string& name : group.front().facts.names) table.add(name, index);
}

bool any_remote(const std::vector<Credential>& group) {
  return std::any_of(group.begin(), group.end(), [](const Credential& each) { return is_remote(each.key); });
}

}  // namespace

base::Result<void> check_settings(const ServerSettings& settings) {
  const auto context = server_context(settings);
  if (!context) return tl::unexpected(context.error());
  return {};
}

base::Result<Context> Context::server(const ServerSettings& settings, const std::vector<Identity>& identities,
                                      std::shared_ptr<const TicketRing> tickets) {
  const auto groups = groups_of(identities, settings.leeway.no_certificate);
  if (!groups) return tl::unexpected(groups.error());
  const auto inner = std::make_shared<Inner>();
  inner->serves = true;
  inner->strict_sni = settings.strict_sni;
  inner->client_certificate = settings.client_certificate;
  inner->client_authorities = !settings.client_ca.empty() || !settings.leeway.more_ca.empty();
  inner->client_keys = settings.client_keys;
  inner->alpn = alpn_wire_form(settings.alpn);
  inner->memory = settings.memory;
  inner->trace = settings.leeway.trace;
  inner->tickets = settings.tickets ? std::move(tickets) : nullptr;
  for (const std::vector<Credential>& group : *groups) {
    auto context = context_for(group, settings);
    if (!context) return tl::unexpected(context.error());
    add_names(inner->names, group, inner->contexts.size());
    inner->remote_keys = inner->remote_keys || any_remote(group);
    inner->contexts.push_back(std::move(*context));
  }
  Context made;
  made.inner_ = inner;
  return made;
}

base::Result<Context> Context::client(const ClientSettings& settings) {
  auto context = client_context(settings);
  if (!context) return tl::unexpected(context.error());
  SSL_CTX_set_msg_callback(context->get(), Engine::Inner::on_message);
  // The name to be proved stays with the context; an address is proved as one and never sent (RFC 6066 §3).
  X509_VERIFY_PARAM* proof = SSL_CTX_get0_param(context->get());
  const bool address = X509_VERIFY_PARAM_set1_ip_asc(proof, settings.server_name.c_str()) == 1;
  ERR_clear_error();
  if (!address && !settings.server_name.empty() &&
      X509_VERIFY_PARAM_set1_host(proof, settings.server_name.c_str(), settings.server_name.size()) != 1) {
    return fail_openssl(fmt::format("server name \"{}\"", settings.server_name));
  }
  Context made;
  made.inner_ = std::make_shared<Inner>();
  made.inner_->server_name = address ? std::string() : settings.server_name;
  made.inner_->contexts.push_back(std::move(*context));
  return made;
}

std::unique_ptr<Engine> Context::start() const {
  auto inner = std::make_unique<Engine::Inner>(inner_);
  inner->begin();
  return std::make_unique<Engine>(std::move(inner));
}

}  // namespace tls
