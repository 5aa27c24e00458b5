// After the handshake: closing, truncation, floods of messages that carry nothing, back-pressure.
#include <gmock/gmock.h>

#include "tls/bio.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::carry;
using test::Pair;
using test::RawClient;

struct Secured {
  RawClient client;
  std::unique_ptr<Engine> server = test::server().start();
  base::Buffer plaintext{1 << 16};
  explicit Secured(int version = TLS1_3_VERSION) {
    SSL_CTX_set_max_proto_version(client.context.get(), version);
    EXPECT_EQ(client.shake(*server), Progress::done);
    ERR_clear_error();
  }
  Progress read() { return server->read(plaintext); }
  void update_keys(int kind) {
    ASSERT_EQ(SSL_key_update(client.ssl.get(), kind), 1);
    SSL_do_handshake(client.ssl.get());
    client.send_to(*server);
  }
  void say(std::string_view text) {
    SSL_write(client.ssl.get(), text.data(), static_cast<int>(text.size()));
    client.send_to(*server);
  }
};

TEST(Traffic, megabytes_arrive_as_they_were_sent) {
  Pair pair(test::client(), test::server());
  std::string text;
  for (int i = 0; text.size() < 1'000'000; ++i) text += fmt::format("line {}\r\n", i);
  EXPECT_EQ(sha256(test::send(*pair.client, *pair.server, text)), sha256(text));
  EXPECT_EQ(sha256(test::send(*pair.server, *pair.client, text)), sha256(text));
  EXPECT_TRUE(pair.server->outgoing().empty());
}

TEST(Traffic, nothing_to_read_is_want_input) {
  Pair pair(test::client(), test::server());
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::want_input);
  std::size_t taken = 1;
  EXPECT_EQ(pair.server->write("", taken), Progress::done);
  EXPECT_EQ(taken, 0U);
}

TEST(Traffic, a_small_buffer_gets_a_record_piece_by_piece) {
  Pair pair(test::client(), test::server());
  std::size_t taken = 0;
  ASSERT_EQ(pair.client->write("twelve bytes", taken), Progress::done);
  carry(pair.client->outgoing(), pair.server->incoming());
  std::string all;
  base::Buffer plaintext(5);
  while (pair.server->read(plaintext) == Progress::done && !plaintext.empty()) {
    all += plaintext.view();
    plaintext.clear();
  }
  EXPECT_EQ(all, "twelve bytes");
}

TEST(Traffic, before_the_handshake_nothing_is_read_or_written) {
  const auto client = test::client().start();
  base::Buffer plaintext(100);
  std::size_t taken = 7;
  EXPECT_EQ(client->write("secret", taken), Progress::want_input);
  EXPECT_EQ(taken, 0U);
  EXPECT_EQ(client->read(plaintext), Progress::want_input);
  EXPECT_TRUE(client->outgoing().empty());
}

TEST(Traffic, threat_52_write_takes_nothing_while_64_kib_wait) {
  Pair pair(test::client(), test::server());
  const std::string much(1 << 20, 'x');
  std::size_t taken = 0;
  EXPECT_EQ(pair.server->write(much, taken), Progress::done);
  EXPECT_GT(taken, 0U);
  EXPECT_LE(pair.server->outgoing().size(), 64U * 1024 + 17U * 1024);
  EXPECT_EQ(pair.server->write(much, taken), Progress::want_input);
  EXPECT_EQ(taken, 0U);
}

TEST(Traffic, close_notify_closes_and_half_close_lets_the_answer_finish) {
  Pair pair(test::client(), test::server());
  pair.client->close();
  pair.client->close();
  carry(pair.client->outgoing(), pair.server->incoming());
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
  EXPECT_EQ(test::send(*pair.server, *pair.client, "221 bye\r\n"), "221 bye\r\n");
  pair.server->close();
  carry(pair.server->outgoing(), pair.client->incoming());
  EXPECT_EQ(pair.client->read(plaintext), Progress::closed);
  pair.client->on_end_of_stream();
  EXPECT_EQ(pair.client->failure().reason, FailReason::none);
}

TEST(Traffic, plaintext_before_close_notify_is_not_lost) {
  Pair pair(test::client(), test::server());
  std::size_t taken = 0;
  ASSERT_EQ(pair.client->write("QUIT\r\n", taken), Progress::done);
  pair.client->close();
  carry(pair.client->outgoing(), pair.server->incoming());
  pair.server->on_end_of_stream();
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::done);
  EXPECT_EQ(plaintext.view(), "QUIT\r\n");
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
}

TEST(Traffic, threat_18_nothing_behind_close_notify_is_read_cve_2026_45185) {
  Pair pair(test::client(), test::server());
  pair.client->close();
  carry(pair.client->outgoing(), pair.server->incoming());
  ASSERT_TRUE(pair.server->incoming().append("."));
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
  EXPECT_TRUE(pair.server->incoming().empty());
  ASSERT_TRUE(pair.server->incoming().append("\r\n"));
  EXPECT_EQ(pair.server->read(plaintext), Progress::closed);
  EXPECT_TRUE(plaintext.empty());
}

TEST(Traffic, threat_17_the_end_of_the_stream_without_close_notify_is_truncation) {
  Pair pair(test::client(), test::server());
  pair.server->on_end_of_stream();
  EXPECT_EQ(pair.server->failure().text(), "truncated");
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::failed);
}

TEST(Traffic, threat_17_half_a_record_at_the_end_is_truncation) {
  Pair pair(test::client(), test::server());
  std::size_t taken = 0;
  ASSERT_EQ(pair.client->write("DATA\r\n", taken), Progress::done);
  ASSERT_TRUE(pair.server->incoming().append(pair.client->outgoing().view().substr(0, 20)));
  pair.server->on_end_of_stream();
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::failed);
  EXPECT_EQ(pair.server->failure().text(), "truncated");
  EXPECT_TRUE(plaintext.empty());
}

TEST(Traffic, a_damaged_record_fails_and_stays_failed) {
  Pair pair(test::client(), test::server());
  std::size_t taken = 0;
  ASSERT_EQ(pair.client->write("text", taken), Progress::done);
  std::string record(pair.client->outgoing().view());
  record.back() = static_cast<char>(record.back() ^ 1);
  ASSERT_TRUE(pair.server->incoming().append(record));
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.server->read(plaintext), Progress::failed);
  EXPECT_EQ(pair.server->failure().text(), "protocol_error");
  EXPECT_FALSE(pair.server->outgoing().empty());
  EXPECT_EQ(pair.server->write("more", taken), Progress::failed);
}

TEST(Traffic, clear_text_in_the_middle_of_a_session_fails) {
  Secured session;
  ASSERT_TRUE(session.server->incoming().append("MAIL FROM:<injected@example>\r\n"));
  EXPECT_EQ(session.read(), Progress::failed);
  EXPECT_TRUE(session.plaintext.empty());
}

TEST(Traffic, threat_21_more_than_32_key_updates_without_data_end_the_session) {
  Secured session;
  for (unsigned int i = 0; i < 32; ++i) {
    session.update_keys(SSL_KEY_UPDATE_NOT_REQUESTED);
    ASSERT_EQ(session.read(), Progress::want_input) << i;
  }
  session.update_keys(SSL_KEY_UPDATE_NOT_REQUESTED);
  EXPECT_EQ(session.read(), Progress::failed);
  EXPECT_EQ(session.server->failure().text(), "protocol_error");
}

TEST(Traffic, threat_21_a_flood_in_one_piece_is_noticed_too) {
  Secured session;
  for (int i = 0; i < 40; ++i) session.update_keys(SSL_KEY_UPDATE_REQUESTED);
  EXPECT_EQ(session.read(), Progress::failed);
  EXPECT_LE(session.server->outgoing().size(), 64U * 1024);
}

TEST(Traffic, threat_21_answers_that_nobody_takes_end_the_session_at_the_buffers_limit) {
  Secured session;
  Progress progress = Progress::done;
  for (int i = 0; i < 20'000 && progress == Progress::done; ++i) {
    session.update_keys(SSL_KEY_UPDATE_REQUESTED);
    session.say("x");
    progress = session.read();
    session.plaintext.clear();
  }
  EXPECT_EQ(progress, Progress::failed);
  EXPECT_LE(session.server->outgoing().size(), outgoing_limit);
}

TEST(Traffic, key_updates_between_data_are_fine) {
  Secured session;
  for (int i = 0; i < 100; ++i) {
    session.update_keys(SSL_KEY_UPDATE_REQUESTED);
    session.say("x");
    ASSERT_EQ(session.read(), Progress::done) << i;
    session.plaintext.clear();
    session.client.hear_from(*session.server);
  }
}

TEST(Traffic, threat_20_renegotiation_is_refused_cve_2021_3449) {
  Secured session(TLS1_2_VERSION);
  ASSERT_EQ(SSL_renegotiate(session.client.ssl.get()), 1);
  SSL_do_handshake(session.client.ssl.get());
  session.client.send_to(*session.server);
  EXPECT_EQ(session.read(), Progress::want_input);
  // One warning and no ServerHello.
  EXPECT_EQ(session.server->outgoing().view().substr(0, 1), "\x15");
  EXPECT_LT(session.server->outgoing().size(), 64U);
  session.client.hear_from(*session.server);
  EXPECT_EQ(SSL_do_handshake(session.client.ssl.get()), -1);
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

TEST(Traffic, threat_22_records_of_one_octet_arrive) {
  Secured session;
  for (int i = 0; i < 500; ++i) session.say("x");
  while (session.read() == Progress::done) {
  }
  EXPECT_EQ(session.plaintext.view(), std::string(500, 'x'));
}

TEST(Traffic, threat_22_many_empty_records_end_the_session) {
  Secured session(TLS1_2_VERSION);
  // A record header that promises nothing, again and again.
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += std::string("\x17\x03\x03\x00\x00", 5);
  ASSERT_TRUE(session.server->incoming().append(flood));
  EXPECT_EQ(session.read(), Progress::failed);
}

TEST(Traffic, a_fatal_alert_is_told_by_its_number) {
  Pair pair(test::client(), test::server());
  // Makes the client send bad_record_mac.
  ASSERT_TRUE(pair.client->incoming().append(std::string("\x17\x03\x03\x00\x14", 5) + std::string(20, 'x')));
  base::Buffer plaintext(100);
  EXPECT_EQ(pair.client->read(plaintext), Progress::failed);
  carry(pair.client->outgoing(), pair.server->incoming());
  EXPECT_EQ(pair.server->read(plaintext), Progress::failed);
  EXPECT_EQ(pair.server->failure().text(), "client_alert:20");
}

}  // namespace
}  // namespace tls
