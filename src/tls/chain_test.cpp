// Chains without a connection.
#include "tls/chain.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

TEST(Chain, every_certificate_of_a_text_is_read) {
  const auto chain =
      read_chain(test::certificate({"a.example"}).chain_pem + test::certificate({"b.example"}).chain_pem);
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->size(), 2U);
  EXPECT_EQ((*chain)[1].names, std::vector<std::string>{"b.example"});
  EXPECT_EQ((*chain)[1].issuer, "CN=b.example");
  EXPECT_FALSE(read_chain("noise"));
}

TEST(Chain, is_believed_by_who_trusts_its_authority_for_its_names_only) {
  const std::string chain = test::certificate({"a.example"}).chain_pem;
  EXPECT_EQ(doubt_about(chain, chain, "a.example"), "");
  EXPECT_EQ(doubt_about(chain, chain, ""), "");
  EXPECT_THAT(doubt_about(chain, chain, "b.example"), testing::HasSubstr("hostname mismatch"));
  EXPECT_THAT(doubt_about(chain, chain, "192.0.2.1"), testing::HasSubstr("IP address mismatch"));
  EXPECT_THAT(doubt_about(chain, test::certificate({"b.example"}).chain_pem, "a.example"),
              testing::HasSubstr("self-signed"));
  EXPECT_THAT(doubt_about(chain, "noise", "a.example"), testing::HasSubstr("certificate authorities"));
  EXPECT_NE(doubt_about("noise", chain, "a.example"), "");
}

TEST(Chain, a_key_is_found_in_certificates_and_keys) {
  const SelfSigned& made = test::certificate({"a.example"});
  const auto by_certificate = public_der_in(made.chain_pem);
  const auto by_key = public_der_in(made.key_pem);
  ASSERT_TRUE(by_certificate && by_key);
  EXPECT_EQ(*by_certificate, *by_key);
  EXPECT_FALSE(public_der_in("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
}

TEST(Chain, a_TLSA_record_names_the_key_by_its_digest) {
  EXPECT_EQ(tlsa_data(3, "x"), "3 1 1 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
}

}  // namespace
}  // namespace tls
