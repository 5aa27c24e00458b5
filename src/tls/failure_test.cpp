// Handshakes that fail, and the reason each is given.
#include "tls/failure.hpp"

#include <gmock/gmock.h>

#include "tls/connection.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::carry;
using test::identity;
using test::RawClient;

std::string reason_for_bytes(std::string_view bytes) {
  const auto server = test::server().start();
  EXPECT_TRUE(server->incoming().append(bytes));
  EXPECT_EQ(server->handshake(), Progress::failed);
  return server->failure().text();
}

std::string reason_for(RawClient& client, const ServerSettings& settings = {}) {
  const auto server = test::server(settings).start();
  EXPECT_EQ(client.shake(*server), Progress::failed);
  EXPECT_NE(server->failure().detail, "");
  return server->failure().text();
}

// The first flight of a client, record header and all.
std::string client_hello() {
  const auto client = test::client().start();
  EXPECT_EQ(client->handshake(), Progress::want_input);
  return std::string(client->outgoing().view());
}

TEST(HandshakeFailure, clear_text_where_a_client_hello_belongs_is_not_tls) {
  EXPECT_EQ(reason_for_bytes("EHLO client.example\r\n"), "not_tls");
  EXPECT_EQ(reason_for_bytes("GET / HTTP/1.1\r\n"), "not_tls");
  EXPECT_EQ(reason_for_bytes("\r\n"), "not_tls");
  EXPECT_EQ(reason_for_bytes(std::string_view("\0", 1)), "not_tls");
}

TEST(HandshakeFailure, threat_1_injected_smtp_is_neither_answered_nor_kept) {
  const auto server = test::server().start();
  ASSERT_TRUE(server->incoming().append("MAIL FROM:<injected@example>\r\n"));
  EXPECT_EQ(server->handshake(), Progress::failed);
  EXPECT_TRUE(server->outgoing().empty());
  base::Buffer plaintext(100);
  EXPECT_EQ(server->read(plaintext), Progress::failed);
  EXPECT_TRUE(plaintext.empty());
}

TEST(HandshakeFailure, injected_before_a_good_client_hello_is_not_skipped) {
  EXPECT_EQ(reason_for_bytes("NOOP\r\n" + client_hello()), "not_tls");
}

TEST(HandshakeFailure, a_record_of_a_foreign_version_is_not_tls) {
  EXPECT_EQ(reason_for_bytes(std::string_view("\x16\x09\x09\x00\x05hello", 10)), "not_tls");
}

TEST(HandshakeFailure, a_server_that_answers_in_clear_is_not_tls) {
  const auto client = test::client().start();
  EXPECT_EQ(client->handshake(), Progress::want_input);
  ASSERT_TRUE(client->incoming().append("454 TLS not available\r\n"));
  EXPECT_EQ(client->handshake(), Progress::failed);
  EXPECT_EQ(client->failure().text(), "not_tls");
}

TEST(HandshakeFailure, no_shared_version) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_1_VERSION);
  EXPECT_EQ(reason_for(client), "no_shared_version");
}

TEST(HandshakeFailure, no_shared_cipher) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(client.context.get(), "AES128-SHA:@SECLEVEL=0");
  EXPECT_EQ(reason_for(client), "no_shared_cipher");
}

TEST(HandshakeFailure, no_shared_cipher_when_the_certificate_does_not_fit) {
  RawClient client;
  SSL_CTX_set1_sigalgs_list(client.context.get(), "rsa_pss_rsae_sha256");
  EXPECT_EQ(reason_for(client), "no_shared_cipher");
}

TEST(HandshakeFailure, no_shared_group_in_both_versions) {
  ServerSettings settings;
  settings.groups = "X25519";
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client;
    SSL_CTX_set_max_proto_version(client.context.get(), version);
    SSL_CTX_set1_groups_list(client.context.get(), "P-521");
    EXPECT_EQ(reason_for(client, settings), "no_shared_group");
  }
}

TEST(HandshakeFailure, the_clients_alert_is_told_by_its_number) {
  ClientSettings settings;
  settings.server_name = "mail.example";
  settings.ca = test::certificate({"other.example"}).chain_pem;
  test::Pair pair(Context::client(settings).value(), test::server());
  EXPECT_EQ(pair.client->failure().text(), "cert_rejected");
  EXPECT_EQ(pair.server->failure().text(), "client_alert:48");
}

TEST(HandshakeFailure, a_close_notify_instead_of_a_finished_is_a_client_alert) {
  const auto server = test::server().start();
  ASSERT_TRUE(server->incoming().append(client_hello() + std::string("\x15\x03\x03\x00\x02\x01\x00", 7)));
  EXPECT_EQ(server->handshake(), Progress::failed);
  EXPECT_EQ(server->failure().text(), "client_alert:0");
}

TEST(HandshakeFailure, the_end_before_a_client_hello_is_eof_before_hello) {
  const auto server = test::server().start();
  EXPECT_EQ(server->handshake(), Progress::want_input);
  server->on_end_of_stream();
  EXPECT_EQ(server->failure().text(), "eof_before_hello");
  EXPECT_EQ(server->handshake(), Progress::failed);

  const auto half = test::server().start();
  const std::string hello = client_hello();
  ASSERT_TRUE(half->incoming().append(std::string_view(hello).substr(0, 50)));
  EXPECT_EQ(half->handshake(), Progress::want_input);
  half->on_end_of_stream();
  EXPECT_EQ(half->failure().text(), "eof_before_hello");
}

TEST(HandshakeFailure, the_end_after_our_flight_is_eof_after_server_hello) {
  const auto server = test::server().start();
  ASSERT_TRUE(server->incoming().append(client_hello()));
  EXPECT_EQ(server->handshake(), Progress::want_input);
  EXPECT_FALSE(server->outgoing().empty());
  server->on_end_of_stream();
  EXPECT_EQ(server->failure().text(), "eof_after_server_hello");
}

TEST(HandshakeFailure, the_offer_is_kept_for_the_log) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_1_VERSION);
  SSL_CTX_set_cipher_list(client.context.get(), "AES128-SHA:@SECLEVEL=0");
  client.start();
  client.ask_for("mail.example");
  const auto server = test::server().start();
  EXPECT_EQ(client.shake(*server), Progress::failed);
  EXPECT_TRUE(server->offered().seen);
  EXPECT_THAT(server->offered().text(), testing::StartsWith("TLSv1.1 ciphers=002f"));
  EXPECT_THAT(server->offered().text(), testing::EndsWith(" sni=mail.example"));
}

TEST(HandshakeFailure, the_offer_of_a_modern_client_is_read) {
  const auto server = test::server().start();
  ASSERT_TRUE(server->incoming().append(client_hello()));
  EXPECT_EQ(server->handshake(), Progress::want_input);
  EXPECT_THAT(server->offered().versions, testing::ElementsAre("TLSv1.2", "TLSv1.3"));
  EXPECT_THAT(server->offered().ciphers, testing::Contains(0x1301));
  EXPECT_THAT(server->offered().groups, testing::Contains(0x001d));
  EXPECT_EQ(server->offered().sni, "mail.example");
}

TEST(HelloFacts, text_is_bounded_and_printable) {
  HelloFacts facts;
  EXPECT_EQ(facts.text(), "");
  facts.seen = true;
  facts.versions = {"TLSv1.2", "TLSv1.3"};
  facts.ciphers = {0x1301, 0x1302, 0xc02b};
  facts.groups = {0x1d, 0x17};
  facts.sni = "mail.example";
  EXPECT_EQ(facts.text(), "TLSv1.2,TLSv1.3 ciphers=1301,1302,c02b groups=001d,0017 sni=mail.example");
  facts.ciphers.assign(128, 0xc02b);
  facts.groups.assign(64, 0x17);
  facts.sni = std::string(200, '\n');
  EXPECT_LE(facts.text().size(), 400U);
  EXPECT_THAT(facts.text(), testing::Not(testing::HasSubstr("\n")));
  EXPECT_THAT(facts.text(), testing::HasSubstr(" sni=\\x0a"));
}

TEST(HandshakeFailure, threat_23_an_endless_client_hello_ends_within_64_kib) {
  const auto server = test::server().start();
  // A ClientHello of 128 KiB, as OpenSSL would take it, in full records.
  const std::string record = std::string("\x16\x03\x01\x40\x00", 5) + std::string(16384, 'x');
  std::string flood = record;
  flood.replace(5, 4, std::string("\x01\x02\x00\x00", 4));
  while (flood.size() < 200'000) flood += record;
  std::size_t sent = 0;
  while (server->handshake() != Progress::failed && sent < flood.size()) {
    const auto piece = std::string_view(flood).substr(sent, 8192);
    ASSERT_TRUE(server->incoming().append(piece));
    sent += piece.size();
  }
  EXPECT_LE(sent, handshake_limit + 8192);
  EXPECT_EQ(server->failure().text(), "protocol_error");
}

TEST(HandshakeFailure, threat_23_a_client_hello_in_records_of_one_octet_is_read_and_endless_ones_are_not) {
  const std::string hello = client_hello().substr(5);
  const auto server = test::server().start();
  Progress progress = Progress::want_input;
  for (const char octet : hello) {
    ASSERT_TRUE(server->incoming().append(std::string("\x16\x03\x01\x00\x01", 5) + octet));
    progress = server->handshake();
    ASSERT_NE(progress, Progress::done);
    if (progress == Progress::failed) break;
  }
  EXPECT_TRUE(server->offered().seen || progress == Progress::failed);

  const auto victim = test::server().start();
  std::size_t sent = 0;
  const std::string start = std::string("\x16\x03\x01\x00\x04\x01\x02\x00\x00", 9);
  ASSERT_TRUE(victim->incoming().append(start));
  while (victim->handshake() == Progress::want_input && sent < 200'000) {
    ASSERT_TRUE(victim->incoming().append(std::string("\x16\x03\x01\x00\x01x", 6)));
    sent += 6;
  }
  EXPECT_LE(sent, handshake_limit);
}

TEST(HandshakeFailure, threat_22_warning_alerts_end_the_handshake_cve_2016_8610) {
  const auto server = test::server().start();
  std::string flood = client_hello();
  for (int i = 0; i < 20; ++i) flood += std::string("\x15\x03\x03\x00\x02\x01\x5a", 7);
  ASSERT_TRUE(server->incoming().append(flood));
  EXPECT_EQ(server->handshake(), Progress::failed);
}

TEST(HandshakeFailure, every_reason_has_its_name) {
  EXPECT_EQ((Failure{FailReason::client_alert, 48, ""}).text(), "client_alert:48");
  EXPECT_EQ((Failure{FailReason::unknown_sni, 0, ""}).text(), "unknown_sni");
  EXPECT_EQ(Failure{}.text(), "none");
}

}  // namespace
}  // namespace tls
