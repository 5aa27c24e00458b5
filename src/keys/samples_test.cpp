// The samples themselves, for all test files of this room.
#include "keys/samples.hpp"

#include <array>

#include <gtest/gtest.h>
#include <openssl/core_names.h>

#include "keys/provider.hpp"

namespace keys::samples {

namespace {

using tls::KeyKind;

template <KeyKind kind>
const tls::SelfSigned& made_once() {
  static const tls::SelfSigned made = tls::make_self_signed({"mx.example"}, kind, std::chrono::hours(24)).value();
  return made;
}

bool verifies_message(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const HashingPtr context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), tls::octets(signature), signature.size(), tls::octets(message),
                          message.size()) == 1;
}

}  // namespace

const tls::SelfSigned& identity(KeyKind kind) {
  switch (kind) {
    case KeyKind::ecdsa_p256:
      return made_once<KeyKind::ecdsa_p256>();
    case KeyKind::ecdsa_p384:
      return made_once<KeyKind::ecdsa_p384>();
    case KeyKind::ecdsa_p521:
      return made_once<KeyKind::ecdsa_p521>();
    case KeyKind::rsa_2048:
      return made_once<KeyKind::rsa_2048>();
    case KeyKind::rsa_3072:
      return made_once<KeyKind::rsa_3072>();
    case KeyKind::rsa_4096:
      return made_once<KeyKind::rsa_4096>();
    case KeyKind::ed25519:
      break;
  }
  return made_once<KeyKind::ed25519>();
}

std::vector<KeyKind> all_kinds() {
  return {KeyKind::ecdsa_p256, KeyKind::ecdsa_p384, KeyKind::ecdsa_p521, KeyKind::rsa_2048,
          KeyKind::rsa_3072,   KeyKind::rsa_4096,   KeyKind::ed25519};
}

const char* name(KeyKind kind) {
  constexpr std::array<const char*, 7> names{"ecdsa_p256", "ecdsa_p384", "ecdsa_p521", "rsa_2048",
                                             "rsa_3072",   "rsa_4096",   "ed25519"};
  return names.at(static_cast<std::size_t>(kind));
}

Store store(const std::vector<KeyKind>& kinds) {
  Store made;
  for (const KeyKind kind : kinds) {
    const auto number = made.add(base::Secret(identity(kind).key_pem), name(kind));
    EXPECT_TRUE(number.has_value()) << number.error().text;
  }
  return made;
}

tls::SignatureRequest request(std::uint32_t number, KeyKind kind) {
  const std::string_view text = name(kind);
  if (text.starts_with("rsa")) return {number, tls::SignatureKind::rsa_pss, "SHA256", 32, std::string(32, 'd')};
  if (text.starts_with("ecdsa")) return {number, tls::SignatureKind::ecdsa, "SHA384", 0, std::string(48, 'd')};
  return {number, tls::SignatureKind::ed25519, "", 0, "a message"};
}

bool verifies(const std::string& public_der, const tls::SignatureRequest& request, const std::string& signature) {
  const auto key = parse_public_der(public_der);
  if (key == nullptr) return false;
  if (request.kind == tls::SignatureKind::ed25519) return verifies_message(key.get(), request.data, signature);
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const DigestPtr digest(EVP_MD_fetch(nullptr, request.digest.c_str(), nullptr));
  if (EVP_PKEY_verify_init(context.get()) != 1) return false;
  if (EVP_PKEY_CTX_set_signature_md(context.get(), digest.get()) != 1) return false;
  if (request.kind == tls::SignatureKind::rsa_pss &&
      (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), request.salt) != 1)) {
    return false;
  }
  return EVP_PKEY_verify(context.get(), tls::octets(signature), signature.size(), tls::octets(request.data),
                         request.data.size()) == 1;
}

namespace {

TEST(Samples, a_signature_of_another_request_does_not_verify) {
  const Store one = store({KeyKind::ecdsa_p256});
  auto asked = request(0, KeyKind::ecdsa_p256);
  const std::string signature = one.sign(asked).value();
  EXPECT_TRUE(verifies(one.public_ders().front(), asked, signature));
  asked.data[0] = 'x';
  EXPECT_FALSE(verifies(one.public_ders().front(), asked, signature));
}

}  // namespace
}  // namespace keys::samples
