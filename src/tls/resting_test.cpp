// Engines that rest: their SSL is packed, and everything goes on as if it had not been.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tls/connection.hpp"
#include "tls/ssl_places.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

// Before OpenSSL is used by any test.
const bool given = [] {
  give_ssls_places();
  return true;
}();

using test::Pair;

std::string octets_at(const void* object, std::size_t size) {
  return {static_cast<const char*>(object), size};
}

TEST(Resting, a_packed_object_comes_back_as_it_was) {
  ASSERT_TRUE(given);
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const SslPtr ssl(SSL_new(context.get()));
  const std::string before = octets_at(ssl.get(), 6144);
  Packed packed;
  packed.pack(ssl.get());
  ASSERT_TRUE(packed);
  EXPECT_EQ(octets_at(ssl.get(), 6144), std::string(6144, '\0'));
  packed.unpack();
  EXPECT_FALSE(packed);
  EXPECT_EQ(octets_at(ssl.get(), 6144), before);
}

TEST(Resting, an_object_without_a_place_is_left_alone) {
  std::vector<char> other(8192, 'x');
  Packed packed;
  packed.pack(other.data());
  EXPECT_FALSE(packed);
  EXPECT_EQ(std::count(other.begin(), other.end(), 'x'), 8192);
}

TEST(Resting, a_session_of_its_own_is_packed_with_its_ssl) {
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const Beside here;
  const SslPtr ssl(SSL_new(context.get()));
  const SessionPtr session(SSL_SESSION_new());
  ASSERT_EQ(SSL_SESSION_set_timeout(session.get(), 4711), 1);
  Packed packed;
  packed.pack(ssl.get());
  const std::string meanwhile = octets_at(session.get(), 512);
  packed.unpack();
  EXPECT_EQ(meanwhile, std::string(512, '\0'));
  EXPECT_EQ(SSL_SESSION_get_timeout(session.get()), 4711);
}

TEST(Resting, a_session_made_elsewhere_stays_as_it_is) {
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const SslPtr ssl(SSL_new(context.get()));
  const SessionPtr session(SSL_SESSION_new());
  ASSERT_EQ(SSL_SESSION_set_timeout(session.get(), 4711), 1);
  Packed packed;
  packed.pack(ssl.get());
  EXPECT_EQ(SSL_SESSION_get_timeout(session.get()), 4711);
  packed.unpack();
}

TEST(Resting, a_place_is_taken_as_long_as_anything_is_in_it) {
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  SessionPtr session;
  const void* before = nullptr;
  {
    const Beside here;
    const SslPtr ssl(SSL_new(context.get()));
    session.reset(SSL_SESSION_new());
    before = ssl.get();
  }
  const SslPtr next(SSL_new(context.get()));
  EXPECT_NE(next.get(), before);
  session.reset();
  const SslPtr another(SSL_new(context.get()));
  EXPECT_EQ(another.get(), before);
}

TEST(Resting, what_finds_no_room_beside_its_ssl_lies_elsewhere) {
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const Beside here;
  const SslPtr ssl(SSL_new(context.get()));
  std::vector<SessionPtr> sessions(20);
  for (SessionPtr& each : sessions) each.reset(SSL_SESSION_new());
  for (const SessionPtr& each : sessions) EXPECT_EQ(SSL_SESSION_set_timeout(each.get(), 4711), 1);
  Packed packed;
  packed.pack(ssl.get());
  packed.unpack();
  for (const SessionPtr& each : sessions) EXPECT_EQ(SSL_SESSION_get_timeout(each.get()), 4711);
}

void talk_and_rest(Version version) {
  Pair pair(test::client("mail.example", version), test::server());
  ASSERT_TRUE(test::both_done(pair.ends));
  for (int round = 0; round < 3; ++round) {
    const std::string text(static_cast<std::size_t>(round) * 20000 + 1, 'a');
    EXPECT_EQ(test::send(*pair.client, *pair.server, text), text);
    pair.server->rest();
    EXPECT_EQ(test::send(*pair.server, *pair.client, text), text);
    pair.server->rest();
    pair.server->rest();
    pair.client->rest();
  }
  EXPECT_EQ(pair.server->facts().sni, "mail.example");
  pair.server->rest();
}

TEST(Resting, changes_nothing_for_what_comes_after_it) {
  talk_and_rest(Version::tls1_3);
  talk_and_rest(Version::tls1_2);
}

TEST(Resting, lasts_until_there_is_something_to_do) {
  Pair pair(test::client(), test::server());
  pair.server->rest();
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::want_input);
  pair.client->close();
  test::carry(pair.client->outgoing(), pair.server->incoming());
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
  pair.server->rest();
  pair.server->close();
  EXPECT_FALSE(pair.server->outgoing().empty());
}

TEST(Resting, is_not_for_those_with_octets_left_to_read) {
  Pair pair(test::client(), test::server());
  std::size_t taken = 0;
  ASSERT_EQ(pair.client->write("twelve bytes", taken), Progress::done);
  test::carry(pair.client->outgoing(), pair.server->incoming());
  base::Buffer plaintext(5);
  EXPECT_EQ(pair.server->read(plaintext), Progress::done);
  pair.server->rest();
  plaintext.clear();
  EXPECT_EQ(pair.server->read(plaintext), Progress::done);
  EXPECT_FALSE(plaintext.empty());
}

TEST(Resting, does_not_hide_that_the_peer_said_close_notify) {
  Pair pair(test::client(), test::server());
  pair.client->close();
  test::carry(pair.client->outgoing(), pair.server->incoming());
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
  pair.server->rest();
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
}

TEST(Resting, does_not_hide_that_the_stream_ended_behind_what_was_read) {
  Pair pair(test::client(), test::server());
  std::size_t taken = 0;
  ASSERT_EQ(pair.client->write("x", taken), Progress::done);
  test::carry(pair.client->outgoing(), pair.server->incoming());
  pair.server->on_end_of_stream();
  base::Buffer plaintext(1);
  EXPECT_EQ(pair.server->read(plaintext), Progress::done);
  pair.server->rest();
  plaintext.clear();
  EXPECT_EQ(pair.server->read(plaintext), Progress::failed);
  EXPECT_EQ(pair.server->failure().reason, FailReason::truncated);
}

TEST(Resting, a_stream_that_ends_meanwhile_is_truncated) {
  Pair pair(test::client(), test::server());
  pair.server->rest();
  pair.server->on_end_of_stream();
  EXPECT_EQ(pair.server->failure().reason, FailReason::truncated);
}

struct RestingServer {
  test::RawClient client;
  std::unique_ptr<Engine> server = test::server().start();
  base::Buffer plaintext{100};
  explicit RestingServer(int version) {
    SSL_CTX_set_max_proto_version(client.context.get(), version);
    EXPECT_EQ(client.shake(*server), Progress::done);
    ERR_clear_error();
  }
  ~RestingServer() { ERR_clear_error(); }
  RestingServer(const RestingServer&) = delete;
  RestingServer& operator=(const RestingServer&) = delete;
  // What the server makes of what the client has to say while it rests.
  Progress hear() {
    server->rest();
    client.send_to(*server);
    return server->read(plaintext);
  }
};

TEST(Resting, threat_21_key_updates_change_the_keys_of_one_that_rests) {
  RestingServer session(TLS1_3_VERSION);
  for (int round = 0; round < 5; ++round) {
    ASSERT_EQ(SSL_key_update(session.client.ssl.get(), SSL_KEY_UPDATE_REQUESTED), 1);
    SSL_do_handshake(session.client.ssl.get());
    EXPECT_EQ(session.hear(), Progress::want_input);
    session.client.hear_from(*session.server);
    SSL_write(session.client.ssl.get(), "x", 1);
    ASSERT_EQ(session.hear(), Progress::done);
    EXPECT_EQ(session.plaintext.clear(), 1U);
    std::size_t taken = 0;
    EXPECT_EQ(session.server->write("y", taken), Progress::done);
    session.server->rest();
    session.client.hear_from(*session.server);
    session.server->rest();
    std::array<char, 10> heard{};
    EXPECT_EQ(SSL_read(session.client.ssl.get(), heard.data(), heard.size()), 1);
  }
}

TEST(Resting, threat_20_renegotiation_is_refused_by_one_that_rests) {
  RestingServer session(TLS1_2_VERSION);
  ASSERT_EQ(SSL_renegotiate(session.client.ssl.get()), 1);
  SSL_do_handshake(session.client.ssl.get());
  EXPECT_EQ(session.hear(), Progress::want_input);
  EXPECT_EQ(session.server->outgoing().view().substr(0, 1), "\x15");
  session.client.hear_from(*session.server);
  session.server->rest();
  SSL_write(session.client.ssl.get(), "x", 1);
  ERR_clear_error();
}

}  // namespace
}  // namespace tls
