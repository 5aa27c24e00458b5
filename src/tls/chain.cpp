#include "tls/chain.hpp"

#include <openssl/pem.h>

#include "base/text.hpp"
#include "tls/certificate_facts.hpp"
#include "tls/certificates.hpp"
#include "tls/public_half.hpp"

namespace tls {
namespace {

using StorePtr = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreedBy<X509_STORE_CTX_free>>;
// Holds no references of its own.
using StackPtr = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })>;

base::Result<StorePtr> store_of(std::string_view authorities) {
  const auto trusted = read_certificates(authorities);
  if (!trusted) return base::fail("certificate authorities: {}", trusted.error().text);
  StorePtr store(X509_STORE_new());
  if (!store) return fail_openssl("certificate authorities");
  for (const CertificatePtr& each : *trusted) X509_STORE_add_cert(store.get(), each.get());
  ERR_clear_error();
  return store;
}

void expect_name(X509_STORE_CTX* context, const std::string& name) {
  X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
  if (name.empty() || X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1) return;
  X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
}

}  // namespace

base::Result<std::vector<CertificateFacts>> read_chain(std::string_view pem) {
  const auto certificates = read_certificates(pem);
  if (!certificates) return tl::unexpected(certificates.error());
  std::vector<CertificateFacts> all;
  for (const CertificatePtr& each : *certificates) {
    auto facts = facts_of(each.get());
    if (!facts) return tl::unexpected(facts.error());
    all.push_back(std::move(*facts));
  }
  return all;
}

std::string doubt_about(std::string_view chain_pem, std::string_view authorities, const std::string& name) {
  const auto chain = read_certificates(chain_pem);
  if (!chain) return chain.error().text;
  const auto store = store_of(authorities);
  if (!store) return store.error().text;
  const StackPtr stack(sk_X509_new_null());
  for (const CertificatePtr& each : *chain) sk_X509_push(stack.get(), each.get());
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (!stack || !context || X509_STORE_CTX_init(context.get(), store->get(), chain->front().get(), stack.get()) != 1) {
    return fail_openssl("certificate chain").value().text;
  }
  expect_name(context.get(), name);
  const bool believed = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return believed ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

base::Result<std::string> public_der_in(std::string_view pem) {
  const auto certificate = read_certificate(pem);
  if (certificate) return certificate->public_der;
  const auto key = PrivateKey::from_pem(pem);
  if (key) return key->public_der();
  const BioPtr in = reading(pem);
  const KeyPtr open(PEM_read_bio_PUBKEY(in.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!open) return base::fail("no certificate and no key in it");
  return public_der(open.get());
}

std::string tlsa_data(int usage, std::string_view public_der) {
  return fmt::format("{} 1 1 {}", usage, base::hex(sha256(public_der)));
}

}  // namespace tls
