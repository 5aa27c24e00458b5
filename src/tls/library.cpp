// OpenSSL's start without files and without a clean-up at exit.
#include "tls/library.hpp"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "tls/few_algorithms.hpp"

namespace tls {

namespace {

constexpr std::uint64_t without_files = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT;

// OpenSSL's tables of names would be filled with every cipher and digest there is. How strong a certificate's signature
// is is asked of these tables still.
bool start_with_few() {
  constexpr std::uint64_t without_names = OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
  if (OPENSSL_init_crypto(without_files | without_names, nullptr) != 1) return false;
  for (const EVP_MD* each : {EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512(), EVP_sha3_256(),
                             EVP_sha3_384(), EVP_sha3_512()}) {
    if (EVP_add_digest(each) != 1) return false;
  }
  return load_few_algorithms();
}

}  // namespace

bool start_library(Algorithms algorithms) {
  if (algorithms == Algorithms::advised && !start_with_few()) return false;
  return OPENSSL_init_ssl(without_files, nullptr) == 1;
}

Algorithms algorithms_for(const ServerSettings& settings) {
  const bool chosen = !settings.ciphers.empty() || !settings.ciphersuites.empty() || !settings.groups.empty();
  const bool asks = settings.client_certificate != ClientCertificate::none;
  const bool old = settings.min_version < Version::tls1_2 || settings.leeway.old_signatures;
  return chosen || asks || old || settings.leeway.finite_field_dh ? Algorithms::all : Algorithms::advised;
}

unsigned long library_number() {
  return OpenSSL_version_num();
}

std::string library_version() {
  return OpenSSL_version(OPENSSL_VERSION);
}

base::Result<void> check_library() {
  // MNNFFPPS (OpenSSL_version_num(3)): what is left are major and minor.
  constexpr int patch_bits = 20;
  const auto found = OpenSSL_version_num() >> patch_bits;
  const auto built_with = static_cast<unsigned long>(OPENSSL_VERSION_NUMBER) >> patch_bits;
  const bool fits = OPENSSL_version_major() == OPENSSL_VERSION_MAJOR && found >= built_with;
  if (fits) return {};
  return base::fail("the library found is {}, but this program was built with {}", library_version(),
                    OPENSSL_VERSION_TEXT);
}

}  // namespace tls
