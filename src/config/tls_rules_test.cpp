// The choice of a client's TLS policy.
#include "config/tls_rules.hpp"

#include <string>

#include <gtest/gtest.h>

namespace config {
namespace {

os::Networks networks(const std::vector<std::string>& texts) {
  os::Networks made;
  for (const std::string& each : texts) made.push_back(*os::Network::parse(each));
  return made;
}

os::SocketAddress ip(const std::string& text) {
  return *os::SocketAddress::ip(text, 4711);
}

TEST(TlsRules, without_any_or_where_none_holds_the_plain_options_do) {
  EXPECT_EQ(tls_policy_for({}, ip("192.0.2.1"), 0), 0U);
  const std::vector<TlsRule> rules{{networks({"192.0.2.0/24"}), {}, 1}};
  EXPECT_EQ(tls_policy_for(rules, ip("192.0.3.1"), 0), 0U);
  EXPECT_EQ(tls_policy_for(rules, ip("2001:db8::1"), 0), 0U);
  EXPECT_EQ(tls_policy_for(rules, *os::SocketAddress::unix_path("/run/x"), 0), 0U);
}

TEST(TlsRules, the_first_that_holds_is_taken_not_the_narrowest) {
  const std::vector<TlsRule> rules{{networks({"10.1.2.0/24", "2001:db8::/32"}), {}, 1},
                                   {networks({"10.0.0.0/8"}), {}, 2},
                                   {networks({"10.9.9.9"}), {}, 3}};
  EXPECT_EQ(tls_policy_for(rules, ip("10.1.2.3"), 0), 1U);
  EXPECT_EQ(tls_policy_for(rules, ip("2001:db8:1::3"), 0), 1U);
  EXPECT_EQ(tls_policy_for(rules, ip("10.9.9.9"), 0), 2U);
}

TEST(TlsRules, network_and_listener_must_both_hold) {
  const std::vector<TlsRule> rules{{networks({"10.0.0.0/8"}), {1, 2}, 1}, {{}, {2}, 2}};
  EXPECT_EQ(tls_policy_for(rules, ip("10.0.0.1"), 0), 0U);
  EXPECT_EQ(tls_policy_for(rules, ip("10.0.0.1"), 1), 1U);
  EXPECT_EQ(tls_policy_for(rules, ip("192.0.2.1"), 2), 2U);
}

// A dual-stack socket, or a balancer, may write an IPv4 client as IPv6.
TEST(TlsRules, threat_14_a_mapped_address_is_the_ipv4_client_it_means) {
  const std::vector<TlsRule> rules{{networks({"10.0.0.0/8"}), {}, 1}, {networks({"::/0"}), {}, 2}};
  EXPECT_EQ(tls_policy_for(rules, ip("::ffff:10.0.0.1"), 0), 1U);
  EXPECT_EQ(tls_policy_for(rules, ip("::ffff:192.0.2.1"), 0), 0U);
}

TEST(TlsRules, unix_clients_have_a_network_of_their_own) {
  const std::vector<TlsRule> rules{{networks({"0.0.0.0/0"}), {}, 1}, {networks({"unix"}), {}, 2}};
  EXPECT_EQ(tls_policy_for(rules, *os::SocketAddress::unix_path("/run/x"), 0), 2U);
}

TEST(TlsRules, one_hides_another_only_if_it_holds_for_all_of_it) {
  const TlsRule wide{networks({"10.0.0.0/8"}), {}, 1};
  const TlsRule narrow{networks({"10.1.0.0/16", "10.2.0.1"}), {}, 2};
  EXPECT_TRUE(hides(wide, narrow));
  EXPECT_FALSE(hides(narrow, wide));
  EXPECT_TRUE(hides(wide, wide));
  EXPECT_TRUE(hides({{}, {1, 2}, 1}, {networks({"unix"}), {2}, 2}));
  EXPECT_FALSE(hides({{}, {1}, 1}, {{}, {1, 2}, 2}));
  EXPECT_FALSE(hides({networks({"10.0.0.0/8"}), {1}, 1}, {networks({"10.0.0.1"}), {}, 2}));
  EXPECT_FALSE(hides(wide, {{}, {1}, 2}));
  EXPECT_FALSE(hides({networks({"::/0"}), {}, 1}, wide));
}

}  // namespace
}  // namespace config
