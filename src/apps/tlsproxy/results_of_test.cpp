#include <gtest/gtest.h>

#include "apps/tlsproxy/results_of.hpp"

namespace app {
namespace {

TEST(ResultsOf, take_apart_what_the_log_joins) {
  tls::Facts facts;
  facts.protocol = "TLSv1.3";
  facts.group = "X25519";
  facts.signature = "ECDSA (prime256v1)";
  facts.digest = "SHA256";
  postfix::Handoff handoff;
  handoff.remote_endpoint = "[192.0.2.1]:25";
  const auto results = results_of(facts, handoff);
  EXPECT_EQ(results.key_exchange, "X25519");
  EXPECT_EQ(results.server_signature.name, "ECDSA");
  EXPECT_EQ(results.server_signature.curve, "prime256v1");
  EXPECT_EQ(results.server_signature.bits, 0);
  EXPECT_EQ(results.server_signature.digest, "SHA256");
  EXPECT_EQ(results.peer_status, 0);
  EXPECT_EQ(results.peer_name_address, "[192.0.2.1]:25");
}

TEST(ResultsOf, name_a_client_certificate) {
  tls::Facts facts;
  facts.signature = "RSA-PSS (2048 bits)";
  facts.client_certificate = facts.client_verified = true;
  facts.client_common_name = "client.example";
  facts.client_issuer = "CN=Test CA,O=Example";
  facts.client_fingerprint = "00ff1a";
  const auto results = results_of(facts, postfix::Handoff());
  EXPECT_EQ(results.server_signature.bits, 2048);
  EXPECT_EQ(results.server_signature.curve, "");
  EXPECT_EQ(results.peer_status, postfix::peer_certificate | postfix::peer_trusted);
  EXPECT_EQ(results.issuer_common_name, "Test CA");
  EXPECT_EQ(results.peer_fingerprint, "00:FF:1A");
}

}  // namespace
}  // namespace app
