// The provider through OpenSSL's own functions: what a remote key answers, what it signs, what it never does.
#include "keys/remote_key.hpp"

#include <functional>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>

#include "keys/provider.hpp"
#include "keys/samples.hpp"

namespace keys {
namespace {

using samples::identity;
using tls::KeyKind;
using tls::SignatureKind;

tls::PrivateKey local(KeyKind kind) {
  return tls::PrivateKey::from_pem(identity(kind).key_pem).value();
}
tls::PrivateKey remote(KeyKind kind) {
  return remote_key(0, local(kind).public_der()).value();
}

std::string refusal(const EVP_PKEY* key) {
  const auto made = remote_key(7, tls::PrivateKey(EVP_PKEY_dup(const_cast<EVP_PKEY*>(key))).public_der());
  return made ? "accepted" : made.error().text;
}

// While it lives, requests of this process are answered by a store of one key; it remembers the last.
class Answering {
 public:
  explicit Answering(KeyKind kind) : store_(samples::store({kind})) {
    tls::set_blocking_signer([this](const tls::SignatureRequest& request) -> std::optional<std::string> {
      ++asked;
      last = request;
      return store_.sign(request).value_or("");
    });
  }
  ~Answering() { tls::set_blocking_signer(nullptr); }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

  int asked = 0;
  tls::SignatureRequest last;

 private:
  Store store_;
};

using Choose = std::function<bool(EVP_PKEY_CTX*)>;

bool choose_nothing(EVP_PKEY_CTX*) {
  return true;
}

Choose pss(int salt) {
  return [salt](EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1;
  };
}

// EVP_DigestSign() with the remote key; empty when it failed.
std::string sign(const tls::PrivateKey& key, const char* digest, std::string_view message, const Choose& choose) {
  const HashingPtr hashing(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (EVP_DigestSignInit_ex(hashing.get(), &context, digest, nullptr, nullptr, key.raw(), nullptr) != 1) return "";
  std::size_t size = 0;
  if (!choose(context)) return "";
  if (EVP_DigestSign(hashing.get(), nullptr, &size, tls::octets(message), message.size()) != 1) return "";
  std::vector<unsigned char> signature(size);
  if (EVP_DigestSign(hashing.get(), signature.data(), &size, tls::octets(message), message.size()) != 1) return "";
  return std::string(tls::chars(signature.data(), size));
}

bool verifies(KeyKind kind, const char* digest, std::string_view message, const Choose& choose,
              const std::string& signature) {
  const HashingPtr hashing(EVP_MD_CTX_new());
  const auto key = parse_public_der(local(kind).public_der());
  EVP_PKEY_CTX* context = nullptr;
  return EVP_DigestVerifyInit_ex(hashing.get(), &context, digest, nullptr, nullptr, key.get(), nullptr) == 1 &&
         choose(context) &&
         EVP_DigestVerify(hashing.get(), tls::octets(signature), signature.size(), tls::octets(message),
                          message.size()) == 1;
}

void expect_good_signature(KeyKind kind, const char* digest, const Choose& choose) {
  const Answering answering(kind);
  const std::string signature = sign(remote(kind), digest, "a message", choose);
  EXPECT_FALSE(signature.empty());
  EXPECT_TRUE(verifies(kind, digest, "a message", choose, signature)) << samples::name(kind) << " " << digest;
  EXPECT_EQ(answering.asked, 1) << "asking for the size asks nobody";
}

class RemoteKey : public ::testing::TestWithParam<KeyKind> {};

TEST_P(RemoteKey, answers_about_its_public_half_like_the_real_one) {
  const auto real = local(GetParam());
  const auto tested = remote(GetParam());
  EXPECT_EQ(tested.public_der(), real.public_der());
  EXPECT_EQ(tested.kind(), real.kind());
  EXPECT_EQ(EVP_PKEY_get_bits(tested.raw()), EVP_PKEY_get_bits(real.raw()));
  EXPECT_EQ(EVP_PKEY_get_security_bits(tested.raw()), EVP_PKEY_get_security_bits(real.raw()));
  EXPECT_EQ(EVP_PKEY_get_size(tested.raw()), EVP_PKEY_get_size(real.raw()));
  EXPECT_EQ(EVP_PKEY_get_base_id(tested.raw()), EVP_PKEY_get_base_id(real.raw()));
  for (const char* alias : {"RSA", "rsaEncryption", "EC", "id-ecPublicKey", "ED25519"}) {
    EXPECT_EQ(EVP_PKEY_is_a(tested.raw(), alias), EVP_PKEY_is_a(real.raw(), alias)) << alias;
  }
  EXPECT_STREQ(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(tested.raw())), "ehlock-keys");
}

TEST_P(RemoteKey, is_equal_to_the_certificates_key_in_both_directions) {
  const tls::BioPtr pem = tls::reading(identity(GetParam()).chain_pem);
  const tls::CertificatePtr certificate(PEM_read_bio_X509(pem.get(), nullptr, tls::no_password, nullptr));
  const auto tested = remote(GetParam());
  EVP_PKEY* const certified = X509_get0_pubkey(certificate.get());
  EXPECT_EQ(EVP_PKEY_eq(tested.raw(), certified), 1);
  EXPECT_EQ(EVP_PKEY_eq(certified, tested.raw()), 1);
  EXPECT_EQ(EVP_PKEY_eq(tested.raw(), remote(GetParam()).raw()), 1);
  EXPECT_EQ(X509_check_private_key(certificate.get(), tested.raw()), 1);
  for (const KeyKind other : samples::all_kinds()) {
    EXPECT_EQ(EVP_PKEY_eq(remote(other).raw(), certified),
              other == GetParam() ? 1 : EVP_PKEY_eq(local(other).raw(), certified));
  }
}

TEST_P(RemoteKey, threat_27_gives_no_private_half_away) {
  const auto tested = remote(GetParam());
  const tls::BioPtr out = tls::writing();
  EXPECT_NE(PEM_write_bio_PKCS8PrivateKey(out.get(), tested.raw(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  EXPECT_NE(PEM_write_bio_PrivateKey_traditional(out.get(), tested.raw(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  EXPECT_LE(i2d_PrivateKey(tested.raw(), nullptr), 0);
  for (const char* number : {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_PRIV_KEY, OSSL_PKEY_PARAM_RSA_FACTOR1}) {
    BIGNUM* value = nullptr;
    EXPECT_NE(EVP_PKEY_get_bn_param(tested.raw(), number, &value), 1) << number;
    const tls::BignumPtr owner(value);
  }
  OSSL_PARAM* all = nullptr;
  EXPECT_NE(EVP_PKEY_todata(tested.raw(), EVP_PKEY_KEYPAIR, &all), 1);
  const ParamsPtr owner(all);
}

TEST_P(RemoteKey, Robot_CVE_2017_13099_neither_decrypts_nor_derives) {
  const auto tested = remote(GetParam());
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, tested.raw(), nullptr));
  EXPECT_NE(EVP_PKEY_decrypt_init(context.get()), 1);
  EXPECT_NE(EVP_PKEY_derive_init(context.get()), 1);
  EXPECT_NE(EVP_PKEY_decapsulate_init(context.get(), nullptr), 1);
}

TEST_P(RemoteKey, fails_when_nobody_answers) {
  const char* const digest = GetParam() == KeyKind::ed25519 ? nullptr : "SHA256";
  EXPECT_EQ(sign(remote(GetParam()), digest, "a message", choose_nothing), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, RemoteKey, ::testing::ValuesIn(samples::all_kinds()),
                         [](const auto& tested) { return samples::name(tested.param); });

TEST(RemoteKeySignature, ecdsa_with_every_digest) {
  for (const KeyKind kind : {KeyKind::ecdsa_p256, KeyKind::ecdsa_p384, KeyKind::ecdsa_p521}) {
    for (const char* digest : {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"}) {
      expect_good_signature(kind, digest, choose_nothing);
    }
  }
}

TEST(RemoteKeySignature, rsa_pkcs1_with_every_digest) {
  for (const char* digest : {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "MD5-SHA1"}) {
    expect_good_signature(KeyKind::rsa_2048, digest, choose_nothing);
  }
}

TEST(RemoteKeySignature, rsa_pss_with_every_digest) {
  for (const char* digest : {"SHA1", "SHA256", "SHA384", "SHA512"}) {
    expect_good_signature(KeyKind::rsa_2048, digest, pss(RSA_PSS_SALTLEN_DIGEST));
  }
  expect_good_signature(KeyKind::rsa_2048, "SHA256", pss(RSA_PSS_SALTLEN_AUTO));
  expect_good_signature(KeyKind::rsa_2048, "SHA256", pss(20));
  expect_good_signature(KeyKind::rsa_2048, "SHA256", pss(0));
}

TEST(RemoteKeySignature, ed25519_signs_the_message) {
  expect_good_signature(KeyKind::ed25519, nullptr, choose_nothing);
}

TEST(RemoteKeySignature, the_request_says_what_was_chosen) {
  Answering answering(KeyKind::rsa_2048);
  ASSERT_NE(sign(remote(KeyKind::rsa_2048), "SHA384", "a message", pss(RSA_PSS_SALTLEN_DIGEST)), "");
  EXPECT_EQ(answering.last.kind, SignatureKind::rsa_pss);
  EXPECT_EQ(answering.last.digest, "SHA384");
  EXPECT_EQ(answering.last.salt, 48U);
  EXPECT_EQ(answering.last.data.size(), 48U);
  ASSERT_NE(sign(remote(KeyKind::rsa_2048), "SHA256", "a message", choose_nothing), "");
  EXPECT_EQ(answering.last.kind, SignatureKind::rsa_pkcs1);
  EXPECT_EQ(answering.last.salt, 0U);
}

TEST(RemoteKeySignature, threat_28_what_the_key_process_would_refuse_is_not_even_asked) {
  Answering answering(KeyKind::ed25519);
  EXPECT_EQ(sign(remote(KeyKind::ed25519), nullptr, std::string(513, 'm'), choose_nothing), "");
  EXPECT_EQ(sign(remote(KeyKind::ed25519), "SHA512", "a message", choose_nothing), "");
  EXPECT_EQ(sign(remote(KeyKind::rsa_2048), "SHA256", "a message", pss(33)), "");
  EXPECT_EQ(sign(remote(KeyKind::rsa_2048), "MD5", "a message", choose_nothing), "");
  EXPECT_EQ(sign(remote(KeyKind::rsa_2048), "SHA3-256", "a message", choose_nothing), "");
  EXPECT_EQ(sign(remote(KeyKind::ecdsa_p256), "MD5-SHA1", "a message", choose_nothing), "");
  const Choose no_padding = [](EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1;
  };
  EXPECT_EQ(sign(remote(KeyKind::rsa_2048), "SHA256", "a message", no_padding), "");
  const Choose other_mask = [](EVP_PKEY_CTX* context) {
    return pss(32)(context) && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha1()) == 1;
  };
  EXPECT_EQ(sign(remote(KeyKind::rsa_2048), "SHA256", "a message", other_mask), "");
  EXPECT_EQ(answering.asked, 0);
}

TEST(RemoteKeySignature, a_digest_made_elsewhere_is_signed_as_it_is) {
  for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ecdsa_p256}) {
    Answering answering(kind);
    const auto key = remote(kind);
    const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.raw(), nullptr));
    ASSERT_EQ(EVP_PKEY_sign_init(context.get()), 1);
    ASSERT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()), 1);
    const std::string digest(32, 'd');
    std::vector<unsigned char> signature(1024);
    std::size_t size = signature.size();
    ASSERT_EQ(EVP_PKEY_sign(context.get(), signature.data(), &size, tls::octets(digest), digest.size()), 1);
    EXPECT_TRUE(samples::verifies(key.public_der(), answering.last, std::string(tls::chars(signature.data(), size))));
    size = signature.size();
    EXPECT_NE(EVP_PKEY_sign(context.get(), signature.data(), &size, tls::octets(digest), 31), 1) << "no SHA-256 digest";
  }
}

TEST(RemoteKeySignature, options_can_be_read_back) {
  const auto key = remote(KeyKind::rsa_2048);
  const HashingPtr hashing(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  ASSERT_EQ(EVP_DigestSignInit_ex(hashing.get(), &context, "SHA384", nullptr, nullptr, key.raw(), nullptr), 1);
  ASSERT_TRUE(pss(RSA_PSS_SALTLEN_DIGEST)(context));
  int padding = 0;
  int salt = 0;
  const EVP_MD* digest = nullptr;
  const EVP_MD* mask = nullptr;
  EXPECT_GT(EVP_PKEY_CTX_get_rsa_padding(context, &padding), 0);
  EXPECT_GT(EVP_PKEY_CTX_get_rsa_pss_saltlen(context, &salt), 0);
  EXPECT_GT(EVP_PKEY_CTX_get_signature_md(context, &digest), 0);
  EXPECT_GT(EVP_PKEY_CTX_get_rsa_mgf1_md(context, &mask), 0);
  EXPECT_EQ(padding, RSA_PKCS1_PSS_PADDING);
  EXPECT_EQ(salt, RSA_PSS_SALTLEN_DIGEST);
  EXPECT_EQ(EVP_MD_get_type(digest), NID_sha384);
  EXPECT_EQ(EVP_MD_get_type(mask), NID_sha384);
}

TEST(RemoteKeySignature, signs_certificates_and_their_verification_finds_the_algorithm) {
  for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ecdsa_p256, KeyKind::ed25519}) {
    const Answering answering(kind);
    const tls::BioPtr pem = tls::reading(identity(kind).chain_pem);
    const tls::CertificatePtr certificate(PEM_read_bio_X509(pem.get(), nullptr, tls::no_password, nullptr));
    ASSERT_EQ(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 7200) != nullptr, true);
    const EVP_MD* const digest = kind == KeyKind::ed25519 ? nullptr : EVP_sha256();
    ASSERT_GT(X509_sign(certificate.get(), remote(kind).raw(), digest), 0)
        << samples::name(kind) << tls::fail_openssl("sign").value().text;
    EXPECT_EQ(X509_verify(certificate.get(), local(kind).raw()), 1) << samples::name(kind);
  }
}

TEST(RemoteKeyProvider, ordinary_fetches_go_on_reaching_the_default_provider) {
  ASSERT_TRUE(load_provider());
  for (const char* type : {"RSA", "EC", "ED25519"}) {
    const std::unique_ptr<EVP_KEYMGMT, tls::FreedBy<EVP_KEYMGMT_free>> found(EVP_KEYMGMT_fetch(nullptr, type, nullptr));
    EXPECT_STREQ(OSSL_PROVIDER_get0_name(EVP_KEYMGMT_get0_provider(found.get())), "default") << type;
  }
  for (const char* algorithm : {"RSA", "ECDSA", "ED25519"}) {
    const std::unique_ptr<EVP_SIGNATURE, tls::FreedBy<EVP_SIGNATURE_free>> found(
        EVP_SIGNATURE_fetch(nullptr, algorithm, nullptr));
    EXPECT_STREQ(OSSL_PROVIDER_get0_name(EVP_SIGNATURE_get0_provider(found.get())), "default") << algorithm;
  }
  for (const KeyKind kind : samples::all_kinds()) {
    const Store store = samples::store({kind});
    const auto request = samples::request(0, kind);
    EXPECT_TRUE(samples::verifies(store.public_ders().at(0), request, store.sign(request).value_or("")));
  }
}

TEST(RemoteKeyProvider, refuses_public_halves_that_are_none_of_ours) {
  EXPECT_EQ(remote_key(7, "").error().text, "key 7: its public half cannot be read");
  EXPECT_EQ(remote_key(7, "garbage").error().text, "key 7: its public half cannot be read");
  const std::string der = local(KeyKind::ecdsa_p256).public_der();
  EXPECT_FALSE(remote_key(7, der + "x").has_value());
  EXPECT_FALSE(remote_key(7, std::string_view(der).substr(0, der.size() - 1)).has_value());
  const tls::KeyPtr short_rsa(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
  EXPECT_EQ(refusal(short_rsa.get()), "key 7: RSA of 1024 bits; 2048 to 4096 are needed");
  const tls::KeyPtr bitcoin(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1"));
  EXPECT_EQ(refusal(bitcoin.get()), "key 7: its curve is secp256k1; P-256, P-384 or P-521 is needed");
  const tls::KeyPtr x25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  EXPECT_EQ(refusal(x25519.get()), "key 7: a key of type X25519; RSA, ECDSA or Ed25519 is needed");
}

}  // namespace
}  // namespace keys
