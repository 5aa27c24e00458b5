// Certificates read, checked against their keys, and grouped by the names they are for.
#include "tls/certificates.hpp"

#include <algorithm>
#include <map>

#include <fmt/ranges.h>
#include <openssl/pem.h>

#include "tls/certificate_facts.hpp"

namespace tls {
namespace {

// Clients give up at 100 KiB of chain (OpenSSL's default), and a flight must fit the outgoing buffer.
constexpr int largest_chain = 64 * 1024;

bool at_end_of_pem() {
  const unsigned long last = ERR_peek_last_error();
  return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

int size_of(const std::vector<CertificatePtr>& chain) {
  int size = 0;
  for (const CertificatePtr& each : chain) size += i2d_X509(each.get(), nullptr);
  return size;
}

// Equal for certificates of the same names, in whatever order.
std::string name_set(const Credential& credential) {
  std::vector<std::string> names = credential.facts.names;
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

base::Result<std::vector<CertificatePtr>> read_certificates(std::string_view pem) {
  std::vector<CertificatePtr> found;
  ERR_clear_error();
  const BioPtr source = reading(pem);
  while (CertificatePtr next{PEM_read_bio_X509(source.get(), nullptr, no_password, nullptr)}) {
    found.push_back(std::move(next));
  }
  if (!at_end_of_pem()) return fail_openssl(fmt::format("certificate {}", found.size() + 1));
  ERR_clear_error();
  if (found.empty()) return base::fail("no certificate in PEM form");
  return found;
}

base::Result<CertificateFacts> read_certificate(std::string_view chain_pem) {
  const auto chain = read_certificates(chain_pem);
  if (!chain) return tl::unexpected(chain.error());
  return facts_of(chain->front().get());
}

base::Result<Credential> read_credential(const Identity& identity) {
  auto chain = read_certificates(identity.chain_pem);
  if (!chain) return base::fail("{}: {}", identity.origin, chain.error().text);
  auto facts = facts_of(chain->front().get());
  if (!facts) return base::fail("{}: {}", identity.origin, facts.error().text);
  // A whole domain is the operator's word, never a certificate's.
  std::erase_if(facts->names, [](const std::string& name) { return name.substr(0, 1) == "."; });
  if (identity.names) facts->names = *identity.names;
  if (!identity.key) return base::fail("{}: no private key", identity.origin);
  if (EVP_PKEY_eq(X509_get0_pubkey(chain->front().get()), identity.key.raw()) != 1) {
    ERR_clear_error();
    return base::fail("{}: the private key ({}) does not belong to the certificate ({}, {})", identity.origin,
                      identity.key.kind(), facts->subject, facts->key_kind);
  }
  if (size_of(*chain) > largest_chain) return base::fail("{}: the chain is larger than 64 KiB", identity.origin);
  return Credential{std::move(*chain), std::move(*facts), identity.key, identity.origin};
}

base::Result<std::vector<std::vector<Credential>>> group_by_names(const std::vector<Identity>& identities) {
  std::vector<std::vector<Credential>> groups;
  std::map<std::string, std::size_t> known;
  for (const Identity& identity : identities) {
    auto credential = read_credential(identity);
    if (!credential) return tl::unexpected(credential.error());
    const auto [place, fresh] = known.emplace(name_set(*credential), groups.size());
    if (fresh) groups.emplace_back();
    groups[place->second].push_back(std::move(*credential));
  }
  if (groups.empty()) return base::fail("no certificate is given");
  return groups;
}

}  // namespace tls
