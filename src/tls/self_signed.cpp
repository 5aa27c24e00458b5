// Certificates made on the spot: X.509 version 3 with subject alternative names, signed by their own key.
#include "tls/self_signed.hpp"

#include <openssl/pem.h>

#include "tls/openssl.hpp"

namespace tls {
namespace {

KeyPtr make_key(KeyKind kind) {
  const auto curve = [](const char* name) { return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name)); };
  const auto rsa = [](std::size_t bits) { return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)); };
  switch (kind) {
    case KeyKind::ecdsa_p256:
      return curve("P-256");
    case KeyKind::ecdsa_p384:
      return curve("P-384");
    case KeyKind::ecdsa_p521:
      return curve("P-521");
    case KeyKind::rsa_2048:
      return rsa(2048);
    case KeyKind::rsa_3072:
      return rsa(3072);
    case KeyKind::rsa_4096:
      return rsa(4096);
    case KeyKind::ed25519:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

// An IP literal becomes an iPAddress name, everything else a dNSName; no text is ever parsed as a list.
GeneralNamePtr subject_name(const std::string& name) {
  GeneralNamePtr address(a2i_GENERAL_NAME(nullptr, nullptr, nullptr, GEN_IPADD, name.c_str(), 0));
  if (address) return address;
  ERR_clear_error();
  return GeneralNamePtr(a2i_GENERAL_NAME(nullptr, nullptr, nullptr, GEN_DNS, name.c_str(), 0));
}

bool add_names(X509* certificate, const std::vector<std::string>& names) {
  const GeneralNamesPtr list(GENERAL_NAMES_new());
  for (const std::string& name : names) {
    GeneralNamePtr entry = subject_name(name);
    if (!entry || sk_GENERAL_NAME_push(list.get(), entry.get()) == 0) return false;
    [[maybe_unused]] GENERAL_NAME* owned_by_list = entry.release();
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_APPEND) == 1;
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  const BignumPtr number(BN_new());
  return number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// The common name is a courtesy to old readers and has a limit of 64 octets (RFC 5280, ub-common-name).
bool set_subject(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const std::string common = name.size() <= 64 ? name : "ehlock";
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, octets(common), static_cast<int>(common.size()), -1,
                                    0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1;
}

bool set_validity(X509* certificate, std::chrono::hours lifetime) {
  const long end = static_cast<long>(std::chrono::seconds(lifetime).count());
  return X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), end) != nullptr;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& names, std::chrono::hours lifetime) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         set_subject(certificate, names.front()) && set_validity(certificate, lifetime) &&
         X509_set_pubkey(certificate, key) == 1 && add_names(certificate, names) &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_subject_key_identifier, "hash");
}

}  // namespace

base::Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, KeyKind kind,
                                          std::chrono::hours lifetime) {
  if (names.empty()) return base::fail("a self-signed certificate needs a name");
  const KeyPtr key = make_key(kind);
  if (!key) return fail_openssl("making a key");
  const CertificatePtr certificate(X509_new());
  if (!certificate || !fill(certificate.get(), key.get(), names, lifetime)) return fail_openssl("making a certificate");
  const EVP_MD* digest = kind == KeyKind::ed25519 ? nullptr : EVP_sha256();
  if (X509_sign(certificate.get(), key.get(), digest) == 0) return fail_openssl("signing a certificate");

  const BioPtr chain = writing();
  const BioPtr secret = writing();
  if (PEM_write_bio_X509(chain.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail_openssl("writing a certificate");
  }
  return SelfSigned{written(chain.get()), written(secret.get())};
}

}  // namespace tls
