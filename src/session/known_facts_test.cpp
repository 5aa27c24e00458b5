#include "session/known_facts.hpp"

#include <string>

#include <gtest/gtest.h>

namespace session {
namespace {

tls::Facts facts_for(std::string name) {
  tls::Facts facts;
  facts.protocol = "TLSv1.3";
  facts.sni = std::move(name);
  return facts;
}

TEST(KnownFacts, sessions_that_found_the_same_share_it) {
  KnownFacts known;
  const auto first = known.shared(facts_for("a.example"));
  const auto other = known.shared(facts_for("b.example"));
  EXPECT_EQ(known.shared(facts_for("a.example")), first);
  EXPECT_EQ(known.shared(facts_for("b.example")), other);
  EXPECT_EQ(other->sni, "b.example");
}

TEST(KnownFacts, one_difference_is_enough_to_be_another) {
  KnownFacts known;
  tls::Facts verified = facts_for("a.example");
  verified.client_verified = true;
  EXPECT_FALSE(known.shared(facts_for("a.example"))->client_verified);
  EXPECT_TRUE(known.shared(std::move(verified))->client_verified);
}

TEST(KnownFacts, clients_that_name_ever_new_servers_cost_no_memory) {
  KnownFacts known;
  const std::weak_ptr<const tls::Facts> first = known.shared(facts_for("first.example"));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(known.shared(facts_for(std::to_string(i)))->sni, std::to_string(i));
  EXPECT_TRUE(first.expired());
}

}  // namespace
}  // namespace session
