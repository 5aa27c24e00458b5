// OpenSSL asked about names, and certificates digested.
#include "tls/known.hpp"

#include <array>

#include <openssl/pem.h>

#include "base/text.hpp"
#include "tls/certificates.hpp"
#include "tls/openssl.hpp"
#include "tls/public_half.hpp"

namespace tls {
namespace {

using DigestPtr = std::unique_ptr<EVP_MD, FreedBy<EVP_MD_free>>;

DigestPtr digest_named(const std::string& name) {
  DigestPtr digest(EVP_MD_fetch(nullptr, name.c_str(), nullptr));
  ERR_clear_error();
  return digest;
}

std::string shown(const unsigned char* bytes, unsigned int size) {
  std::string text;
  for (const char octet : chars(bytes, size)) {
    if (!text.empty()) text += ':';
    text += base::uppered(base::hex({&octet, 1}));
  }
  return text;
}

}  // namespace

bool knows_group(const std::string& name) {
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const bool known = context && SSL_CTX_set1_groups_list(context.get(), name.c_str()) == 1;
  ERR_clear_error();
  return known;
}

bool knows_digest(const std::string& name) {
  return digest_named(name) != nullptr;
}

bool are_dh_parameters(std::string_view pem) {
  const BioPtr source = reading(pem);
  const KeyPtr parameters(PEM_read_bio_Parameters(source.get(), nullptr));
  ERR_clear_error();
  return parameters && EVP_PKEY_is_a(parameters.get(), "DH") == 1;
}

std::string default_authorities_file() {
  return X509_get_default_cert_file();
}

std::string default_authorities_folder() {
  return X509_get_default_cert_dir();
}

base::Result<Fingerprints> fingerprints(std::string_view pem, const std::string& digest) {
  const auto chain = read_certificates(pem);
  if (!chain) return tl::unexpected(chain.error());
  const DigestPtr algorithm = digest_named(digest);
  if (!algorithm) return base::fail("digest algorithm \"{}\" not found", digest);
  X509* leaf = chain->front().get();
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  Fingerprints found;
  if (X509_digest(leaf, algorithm.get(), bytes.data(), &size) != 1) return fail_openssl("fingerprint");
  found.certificate = shown(bytes.data(), size);
  const std::string key = public_der(X509_get0_pubkey(leaf));
  if (EVP_Digest(key.data(), key.size(), bytes.data(), &size, algorithm.get(), nullptr) != 1) {
    return fail_openssl("fingerprint");
  }
  found.public_key = shown(bytes.data(), size);
  return found;
}

}  // namespace tls
