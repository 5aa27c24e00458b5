// Key files as operators have them, the wrong ones among them, and what is signed for whom.
#include "keys/store.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include "keys/kinds.hpp"
#include "keys/samples.hpp"

namespace keys {
namespace {

using samples::identity;
using ::testing::HasSubstr;
using tls::KeyKind;
using tls::SignatureKind;

base::Result<std::uint32_t> add(Store& store, std::string_view pem) {
  return store.add(base::Secret(pem), "key.pem");
}

std::string refusal(std::string_view pem) {
  Store store;
  const auto number = add(store, pem);
  EXPECT_TRUE(store.public_ders().empty());
  return number ? "accepted" : number.error().text;
}

std::string traditional(const std::string& pem) {
  const auto key = tls::PrivateKey::from_pem(pem).value();
  const tls::BioPtr out = tls::writing();
  EXPECT_EQ(PEM_write_bio_PrivateKey_traditional(out.get(), key.raw(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  return tls::written(out.get());
}

std::string pem_of(EVP_PKEY* key, const EVP_CIPHER* cipher = nullptr) {
  const tls::BioPtr out = tls::writing();
  std::string password = "secret";
  const int size = cipher != nullptr ? static_cast<int>(password.size()) : 0;
  auto* const letters = cipher != nullptr ? password.data() : nullptr;
  EXPECT_EQ(PEM_write_bio_PKCS8PrivateKey(out.get(), key, cipher, letters, size, nullptr, nullptr), 1);
  return tls::written(out.get());
}

std::string ec_key(const char* curve) {
  const tls::KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
  return pem_of(key.get());
}

class StoreOfKind : public ::testing::TestWithParam<KeyKind> {};

TEST_P(StoreOfKind, signs_with_its_key_and_the_public_half_verifies_it) {
  const Store store = samples::store({GetParam()});
  const auto asked = samples::request(0, GetParam());
  const auto signature = store.sign(asked);
  ASSERT_TRUE(signature.has_value()) << signature.error().text;
  EXPECT_TRUE(samples::verifies(store.public_ders().at(0), asked, *signature));
}

TEST_P(StoreOfKind, takes_chain_and_key_in_one_file_in_either_order) {
  const auto& made = identity(GetParam());
  Store store;
  EXPECT_TRUE(add(store, made.chain_pem + made.chain_pem + made.key_pem).has_value());
  EXPECT_TRUE(add(store, made.key_pem + made.chain_pem).has_value());
  EXPECT_EQ(store.public_ders().at(0), store.public_ders().at(1));
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreOfKind, ::testing::ValuesIn(samples::all_kinds()),
                         [](const auto& tested) { return samples::name(tested.param); });

TEST(Store, takes_the_traditional_forms) {
  Store store;
  const std::string ec = traditional(identity(KeyKind::ecdsa_p256).key_pem);
  const std::string rsa = traditional(identity(KeyKind::rsa_2048).key_pem);
  ASSERT_THAT(ec, HasSubstr("BEGIN EC PRIVATE KEY"));
  ASSERT_THAT(rsa, HasSubstr("BEGIN RSA PRIVATE KEY"));
  const std::string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  EXPECT_TRUE(add(store, ec).has_value());
  EXPECT_TRUE(add(store, parameters + ec).has_value());
  EXPECT_TRUE(add(store, rsa).has_value());
  EXPECT_EQ(store.public_ders().at(0), samples::store({KeyKind::ecdsa_p256}).public_ders().at(0));
  EXPECT_EQ(store.public_ders().at(1), store.public_ders().at(0));
  EXPECT_EQ(store.public_ders().at(2), samples::store({KeyKind::rsa_2048}).public_ders().at(0));
}

TEST(Store, takes_line_ends_of_windows_and_text_around) {
  std::string windows = "Bag Attributes\r\n    friendlyName: mx\r\n";
  for (const char c : identity(KeyKind::ed25519).key_pem)
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  Store store;
  const auto number = add(store, windows + "the end");
  EXPECT_TRUE(number.has_value()) << number.error().text;
}

TEST(Store, the_first_private_key_of_a_file_counts) {
  Store store;
  ASSERT_TRUE(add(store, identity(KeyKind::ecdsa_p384).key_pem + identity(KeyKind::ed25519).key_pem).has_value());
  EXPECT_EQ(store.public_ders(), samples::store({KeyKind::ecdsa_p384}).public_ders());
}

TEST(Store, numbers_keys_in_their_order) {
  const std::vector<KeyKind> kinds{KeyKind::ed25519, KeyKind::ecdsa_p256, KeyKind::ed25519};
  const Store store = samples::store(kinds);
  for (std::uint32_t number = 0; number < kinds.size(); ++number) {
    const auto asked = samples::request(number, kinds[number]);
    EXPECT_TRUE(samples::verifies(store.public_ders().at(number), asked, store.sign(asked).value()));
  }
  EXPECT_FALSE(store.sign(samples::request(3, KeyKind::ed25519)).has_value());
}

TEST(Store, says_what_is_wrong_with_a_file_that_has_no_key) {
  EXPECT_EQ(refusal(""), "key.pem: no private key in it");
  EXPECT_EQ(refusal(identity(KeyKind::ed25519).chain_pem), "key.pem: no private key in it");
  EXPECT_EQ(refusal("-----BEGIN "), "key.pem: no private key in it");
  EXPECT_EQ(refusal("-----BEGIN PRIVATE KEY"),
            "key.pem: the private key is cut short: no \"-----END PRIVATE KEY-----\"");
  EXPECT_THAT(refusal("-----BEGIN PRIVATE KEY-----\nMIGH"), HasSubstr("cut short"));
  EXPECT_THAT(refusal("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), HasSubstr("key.pem: "));
  EXPECT_THAT(refusal("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----\n"), HasSubstr("key.pem: "));
}

TEST(Store, says_that_a_key_is_protected_by_a_password) {
  const auto key = tls::PrivateKey::from_pem(identity(KeyKind::ecdsa_p256).key_pem).value();
  EXPECT_THAT(refusal(pem_of(key.raw(), EVP_aes_128_cbc())), HasSubstr("protected by a password"));
  EXPECT_THAT(refusal("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
                      "-----END EC PRIVATE KEY-----\n"),
              HasSubstr("protected by a password"));
}

TEST(Store, names_the_kinds_it_does_not_take) {
  const tls::KeyPtr short_rsa(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
  EXPECT_EQ(refusal(pem_of(short_rsa.get())), "key.pem: RSA of 1024 bits; 2048 to 4096 are needed");
  EXPECT_EQ(refusal(ec_key("secp256k1")), "key.pem: its curve is secp256k1; P-256, P-384 or P-521 is needed");
  const tls::KeyPtr x25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  EXPECT_EQ(refusal(pem_of(x25519.get())), "key.pem: a key of type X25519; RSA, ECDSA or Ed25519 is needed");
  const tls::KeyPtr ed448(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
  EXPECT_EQ(refusal(pem_of(ed448.get())), "key.pem: a key of type ED448; RSA, ECDSA or Ed25519 is needed");
  EXPECT_THAT(refusal("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n"), HasSubstr("DSA"));
  EXPECT_THAT(refusal("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
              HasSubstr("OpenSSH"));
}

TEST(Store, CVE_2020_0601_a_curve_given_by_its_parameters_is_refused) {
  const tls::KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), "encoding", "explicit"), 1);
  EXPECT_EQ(refusal(pem_of(key.get())), "key.pem: its curve is given by explicit parameters; a named curve is needed");
}

// The public point of another key behind the private number, as after a bad copy.
TEST(Store, a_damaged_key_is_refused_by_its_trial_signature) {
  const auto one = tls::PrivateKey::from_pem(ec_key("P-256")).value();
  const auto other = tls::PrivateKey::from_pem(ec_key("P-256")).value();
  std::string own_point = one.public_der().substr(one.public_der().size() - 64);
  std::string foreign_point = other.public_der().substr(other.public_der().size() - 64);
  const tls::BioPtr out = tls::writing();
  ASSERT_EQ(i2d_PKCS8PrivateKey_bio(out.get(), one.raw(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  std::string der = tls::written(out.get());
  ASSERT_NE(der.find(own_point), std::string::npos);
  der.replace(der.find(own_point), own_point.size(), foreign_point);
  const tls::BioPtr pem = tls::writing();
  ASSERT_GT(PEM_write_bio(pem.get(), "PRIVATE KEY", "", tls::octets(der), static_cast<long>(der.size())), 0);
  EXPECT_THAT(refusal(tls::written(pem.get())), HasSubstr("key.pem: "));
}

TEST(Store, threat_28_signs_only_what_fits_the_key) {
  const Store store = samples::store({KeyKind::ecdsa_p256, KeyKind::rsa_2048, KeyKind::ed25519});
  const auto refused = [&](std::uint32_t key, SignatureKind kind, const char* digest, int salt, std::size_t octets) {
    return !store.sign({key, kind, digest, static_cast<std::uint16_t>(salt), std::string(octets, 'd')}).has_value();
  };
  EXPECT_FALSE(refused(0, SignatureKind::ecdsa, "SHA256", 0, 32));
  EXPECT_FALSE(refused(1, SignatureKind::rsa_pkcs1, "SHA256", 0, 32));
  EXPECT_FALSE(refused(1, SignatureKind::rsa_pkcs1, "MD5-SHA1", 0, 36));
  EXPECT_FALSE(refused(1, SignatureKind::rsa_pss, "SHA512", 64, 64));
  EXPECT_FALSE(refused(1, SignatureKind::rsa_pss, "SHA512", 0, 64));
  EXPECT_FALSE(refused(2, SignatureKind::ed25519, "", 0, 512));

  EXPECT_TRUE(refused(0, SignatureKind::rsa_pss, "SHA256", 32, 32)) << "an RSA signature by an EC key";
  EXPECT_TRUE(refused(1, SignatureKind::ecdsa, "SHA256", 0, 32));
  EXPECT_TRUE(refused(2, SignatureKind::ecdsa, "SHA256", 0, 32));
  EXPECT_TRUE(refused(0, SignatureKind::ed25519, "", 0, 32));
  EXPECT_TRUE(refused(3, SignatureKind::ecdsa, "SHA256", 0, 32)) << "no such key";
  EXPECT_TRUE(refused(0, SignatureKind::ecdsa, "SHA256", 0, 31)) << "no SHA-256 digest";
  EXPECT_TRUE(refused(0, SignatureKind::ecdsa, "SHA384", 0, 32));
  EXPECT_TRUE(refused(1, SignatureKind::rsa_pkcs1, "SHA256", 0, 64));
  EXPECT_TRUE(refused(1, SignatureKind::rsa_pkcs1, "", 0, 256)) << "raw RSA";
  EXPECT_TRUE(refused(1, SignatureKind::rsa_pkcs1, "NULL", 0, 32));
  EXPECT_TRUE(refused(1, SignatureKind::rsa_pkcs1, "MD5", 0, 16));
  EXPECT_TRUE(refused(0, SignatureKind::ecdsa, "MD5-SHA1", 0, 36));
  EXPECT_TRUE(refused(1, SignatureKind::rsa_pss, "SHA256", 33, 32)) << "salt over the digest's length";
  EXPECT_TRUE(refused(0, SignatureKind::ecdsa, "SHA256", 1, 32));
  EXPECT_TRUE(refused(2, SignatureKind::ed25519, "", 0, 513));
  EXPECT_TRUE(refused(2, SignatureKind::ed25519, "SHA512", 0, 64));
}

}  // namespace
}  // namespace keys
