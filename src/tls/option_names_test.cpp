// OpenSSL's options by name, and what this OpenSSL knows.
#include <gmock/gmock.h>

#include "tls/known.hpp"
#include "tls/option_names.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

TEST(OptionNames, work_arounds_have_names_in_any_case_numbers_and_cve_names) {
  EXPECT_EQ(workarounds_named({"tlsext_padding"}).bits, SSL_OP_TLSEXT_PADDING);
  EXPECT_EQ(workarounds_named({"TLSEXT_PADDING", "0x1"}).bits, SSL_OP_TLSEXT_PADDING | 1U);
  EXPECT_TRUE(workarounds_named({"CVE-2010-4180", "CVE-2005-2969"}).unknown.empty());
  EXPECT_NE(all_workarounds() & SSL_OP_TLSEXT_PADDING, 0U);
}

TEST(OptionNames, options_have_names_and_what_is_unknown_is_told) {
  EXPECT_EQ(options_named({"NO_TICKET", "PRIORITIZE_CHACHA"}).bits, SSL_OP_NO_TICKET | SSL_OP_PRIORITIZE_CHACHA);
  EXPECT_THAT(options_named({"FOO", "NO_TICKET", "0xzz", "12"}).unknown, testing::ElementsAre("FOO", "0xzz", "12"));
}

TEST(Known, groups_and_digests) {
  for (const char* group : {"X25519", "prime256v1", "P-256", "ffdhe2048", "secp521r1"}) EXPECT_TRUE(knows_group(group));
  for (const char* none : {"", "x9", "prime256v1:x9"}) EXPECT_FALSE(knows_group(none)) << none;
  EXPECT_TRUE(knows_digest("md5"));
  EXPECT_TRUE(knows_digest("sha256"));
  EXPECT_FALSE(knows_digest("nonsense"));
}

TEST(Known, fingerprints_are_those_openssl_prints) {
  const std::string pem = test::certificate({"mail.example"}).chain_pem;
  const auto found = fingerprints(pem, "sha256");
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->certificate, testing::MatchesRegex("([0-9A-F][0-9A-F]:)+[0-9A-F][0-9A-F]"));
  EXPECT_EQ(found->certificate.size(), 32U * 3 - 1);
  EXPECT_EQ(fingerprints(pem, "md5")->public_key.size(), 16U * 3 - 1);
  EXPECT_NE(found->certificate, found->public_key);
  EXPECT_FALSE(fingerprints(pem, "nonsense").has_value());
  EXPECT_FALSE(fingerprints("", "sha256").has_value());
}

TEST(Known, dh_parameters) {
  EXPECT_FALSE(are_dh_parameters(""));
  EXPECT_FALSE(are_dh_parameters(test::certificate({"mail.example"}).chain_pem));
}

}  // namespace
}  // namespace tls
