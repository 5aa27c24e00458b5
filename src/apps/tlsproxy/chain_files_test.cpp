#include <gtest/gtest.h>

#include "apps/tlsproxy/chain_files.hpp"

namespace app {
namespace {

std::string block(std::string_view label, std::string_view inside) {
  return fmt::format("-----BEGIN {}-----\n{}\n-----END {}-----\n", label, inside, label);
}

TEST(ChainFiles, group_each_key_with_the_certificates_behind_it) {
  std::vector<KeyedChain> chains;
  const std::string one = block("EC PARAMETERS", "p") + block("EC PRIVATE KEY", "k1") + block("CERTIFICATE", "c1") +
                          block("PRIVATE KEY", "k2") + block("CERTIFICATE", "c2");
  ASSERT_TRUE(add_keyed_chains(one, "one", chains));
  ASSERT_TRUE(add_keyed_chains(block("CERTIFICATE", "c3") + block("RSA PRIVATE KEY", "k3"), "two", chains));
  ASSERT_EQ(chains.size(), 3U);
  EXPECT_EQ(chains[0].chain_pem, block("CERTIFICATE", "c1"));
  EXPECT_EQ(chains[1].chain_pem, block("CERTIFICATE", "c2") + block("CERTIFICATE", "c3"));
  EXPECT_EQ(chains[1].key.which, 1U);
  EXPECT_EQ(chains[2].key.path, "two");
  EXPECT_EQ(chains[2].key.which, 0U);
}

TEST(ChainFiles, never_keep_a_key) {
  std::vector<KeyedChain> chains;
  ASSERT_TRUE(add_keyed_chains(block("PRIVATE KEY", "secret") + block("CERTIFICATE", "c"), "one", chains));
  EXPECT_EQ(chains[0].chain_pem.find("secret"), std::string::npos);
}

TEST(ChainFiles, begin_with_a_key) {
  std::vector<KeyedChain> chains;
  const auto added = add_keyed_chains(block("CERTIFICATE", "c") + block("PRIVATE KEY", "k"), "one", chains);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().text, "one: a certificate comes before its private key");
}

TEST(ChainFiles, pass_over_what_has_no_end) {
  std::vector<KeyedChain> chains;
  ASSERT_TRUE(add_keyed_chains("-----BEGIN CERTIFICATE-----\n" + block("PRIVATE KEY", "k"), "one", chains));
  EXPECT_EQ(chains.size(), 1U);
}

}  // namespace
}  // namespace app
