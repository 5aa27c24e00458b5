// OpenSSL's start without files and without a clean-up at exit.
#include "tls/library.hpp"

#include <array>

#include <openssl/asn1err.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pemerr.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include "tls/few_algorithms.hpp"

namespace tls {

namespace {

constexpr std::uint64_t without_files = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT;

// What files of keys and certificates may have. OpenSSL's thousands of texts take a tenth of its start; those of TLS
// itself come with the first context, those of no special place with any.
constexpr std::array<ERR_STRING_DATA, 9> reasons{
    {{ERR_PACK(ERR_LIB_PEM, 0, PEM_R_NO_START_LINE), "no start line"},
     {ERR_PACK(ERR_LIB_PEM, 0, PEM_R_BAD_BASE64_DECODE), "bad base64 decode"},
     {ERR_PACK(ERR_LIB_PEM, 0, PEM_R_BAD_END_LINE), "bad end line"},
     {ERR_PACK(ERR_LIB_ASN1, 0, ASN1_R_HEADER_TOO_LONG), "header too long"},
     {ERR_PACK(ERR_LIB_ASN1, 0, ASN1_R_NOT_ENOUGH_DATA), "not enough data"},
     {ERR_PACK(ERR_LIB_ASN1, 0, ASN1_R_TOO_LONG), "too long"},
     {ERR_PACK(ERR_LIB_ASN1, 0, ASN1_R_WRONG_TAG), "wrong tag"},
     {ERR_PACK(ERR_LIB_X509, 0, X509_R_KEY_VALUES_MISMATCH), "key values mismatch"},
     {0, nullptr}}};

// OpenSSL's tables of names would be filled with every cipher and digest there is. How strong a certificate's signature
// is is asked of these tables still.
bool start_with_few() {
  constexpr std::uint64_t without_names =
      OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;
  if (OPENSSL_init_crypto(without_files | without_names, nullptr) != 1) return false;
  for (const EVP_MD* each : {EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512(), EVP_sha3_256(),
                             EVP_sha3_384(), EVP_sha3_512()}) {
    if (EVP_add_digest(each) != 1) return false;
  }
  return ERR_load_strings_const(reasons.data()) == 1 && load_few_algorithms();
}

}  // namespace

bool start_library(Algorithms algorithms) {
  return algorithms == Algorithms::advised ? start_with_few() : OPENSSL_init_ssl(without_files, nullptr) == 1;
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
