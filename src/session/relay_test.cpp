// The relay between two pairs of sockets, and the ways to tell a program in front that TLS begins. What others do to
// the streams is done before the loop runs, or by tasks of their own; no test measures time.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "net/spawn.hpp"
#include "session/control_pipe_tls.hpp"
#include "session/relay.hpp"

namespace session {
namespace {

using std::chrono::seconds;

// A stream of two descriptors, and what is at their other ends.
struct Party {
  explicit Party(net::Loop& loop) : Party(loop, *os::make_pipe(), *os::make_pipe()) {}
  Party(net::Loop& loop, os::FdPair in, os::FdPair out)
      : says(std::move(in.second)),
        hears(std::move(out.first)),
        stream(loop, std::move(in.first), std::move(out.second)) {
    (void)os::make_non_blocking(hears.get());
  }

  void say(std::string_view text) const {
    ASSERT_EQ(::write(says.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // All it hears until the end, or until nothing more is there; "|" at the end marks the end.
  [[nodiscard]] std::string heard() const {
    std::string text(1 << 20, '\0');
    std::size_t size = 0;
    ssize_t got = 1;
    while (got > 0) {
      got = ::read(hears.get(), text.data() + size, text.size() - size);
      if (got > 0) size += static_cast<std::size_t>(got);
    }
    return text.substr(0, size) + (got == 0 ? "|" : "");
  }

  os::UniqueFd says;
  os::UniqueFd hears;
  net::Stream stream;
};

os::UniqueFd open_device(const char* path, int how) {
  return os::UniqueFd(::open(path, how | O_CLOEXEC));
}

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() : client_(loop_), other_(loop_), channel_(std::move(client_.stream)) {
    (void)std::signal(SIGPIPE, SIG_IGN);
  }

  // Runs it to its end, and `meanwhile` beside it.
  Relay::End run(
      Relay& relay, const std::function<void()>& meanwhile = [] {}) {
    Relay::End end = Relay::End::idle;
    net::spawn(loop_, keep_end(relay, end), broken);
    net::spawn(loop_, later(meanwhile), broken);
    loop_.run();
    return end;
  }

  net::Loop loop_;
  Party client_;
  Party other_;
  Channel channel_;

  // After everything that can happen by now has happened.
  net::Task<void> later(std::function<void()> action) {
    for (int turn = 0; turn < 100; ++turn) co_await loop_.sleep_until(net::Clock::now());
    action();
  }

 private:
  static void broken(std::string_view fault) { ADD_FAILURE() << fault; }
  static net::Task<void> keep_end(Relay& relay, Relay::End& end) { end = co_await relay.run(); }
};

TEST_F(RelayTest, passes_both_directions_and_their_ends) {
  client_.say("question");
  other_.say("answer");
  client_.says.reset();
  other_.says.reset();
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  EXPECT_EQ(run(relay), Relay::End::done);
  EXPECT_EQ(client_.heard(), "answer|");
  EXPECT_EQ(other_.heard(), "question|");
}

TEST_F(RelayTest, last_words_and_the_end_behind_them_arrive_without_a_wait) {
  other_.say("bye");
  other_.says.reset();
  client_.says.reset();
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  EXPECT_EQ(run(relay), Relay::End::done);
  EXPECT_EQ(client_.heard(), "bye|");
}

TEST_F(RelayTest, half_close_of_the_client_leaves_the_answer) {
  client_.says.reset();
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  const auto answer = [&] {
    EXPECT_EQ(other_.heard(), "|");
    other_.say("late answer");
    other_.says.reset();
  };
  EXPECT_EQ(run(relay, answer), Relay::End::done);
  EXPECT_EQ(client_.heard(), "late answer|");
}

TEST_F(RelayTest, the_end_of_the_other_side_still_delivers_what_had_arrived) {
  client_.say("in flight");
  other_.says.reset();
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  EXPECT_EQ(run(relay), Relay::End::done);
  EXPECT_EQ(other_.heard(), "in flight|");
  EXPECT_EQ(client_.heard(), "|");
}

TEST_F(RelayTest, another_side_that_hears_no_more_may_still_speak) {
  other_.hears.reset();
  client_.say("unheard");
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  const auto speak = [&] {
    other_.say("spoken");
    other_.says.reset();
  };
  EXPECT_EQ(run(relay, speak), Relay::End::done);
  EXPECT_EQ(client_.heard(), "spoken|");
}

TEST_F(RelayTest, a_client_that_takes_no_more_ends_it) {
  client_.hears.reset();
  other_.say("unheard");
  client_.says.reset();
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  EXPECT_EQ(run(relay), Relay::End::client_lost);
}

TEST_F(RelayTest, another_side_that_goes_while_it_is_written_to_ends_it) {
  const std::string as_much_as_fits(65536, 'x');
  client_.say(as_much_as_fits);
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  const auto go = [&] {
    other_.says.reset();
    other_.hears.reset();
  };
  net::spawn(loop_, later([&] { client_.say("more"); }), [](std::string_view) {});
  EXPECT_EQ(run(relay, [&] { net::spawn(loop_, later(go), [](std::string_view) {}); }), Relay::End::done);
  EXPECT_EQ(client_.heard(), "|");
}

TEST_F(RelayTest, silence_ends_it) {
  Relay relay(loop_, channel_, other_.stream, seconds(0));
  EXPECT_EQ(run(relay), Relay::End::idle);
}

TEST_F(RelayTest, stop_ends_it) {
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  EXPECT_EQ(run(relay, [&] { relay.stop(); }), Relay::End::stopped);
}

TEST_F(RelayTest, pause_ends_no_direction_and_reads_no_further) {
  other_.say("before");
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  EXPECT_EQ(run(relay, [&] { relay.pause(); }), Relay::End::paused);
  client_.say("after");
  EXPECT_EQ(client_.heard(), "before");
  EXPECT_EQ(other_.heard(), "");
  EXPECT_EQ(relay.held(), "");
}

// Pauses the relay once it waits for the client, and only then lets the client hear: what it heard by the end.
net::Task<void> hear_after_pause(net::Loop& loop, Relay& relay, int client, std::string& heard) {
  std::string piece(65536, '\0');
  for (int turn = 0; turn < 200; ++turn) {
    co_await loop.sleep_until(net::Clock::now());
    if (turn == 100) relay.pause();
    const ssize_t got = turn > 100 ? ::read(client, piece.data(), piece.size()) : 0;
    if (got > 0) heard.append(piece, 0, static_cast<std::size_t>(got));
  }
}

TEST_F(RelayTest, pause_drops_nothing_that_is_on_its_way_to_a_client_of_one_socket) {
  auto pair = *os::make_socket_pair(SOCK_STREAM);
  const int little = 4096;
  ASSERT_EQ(::setsockopt(pair.first.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little), 0);
  ASSERT_TRUE(os::make_non_blocking(pair.second.get()));
  Channel client(net::Stream(loop_, std::move(pair.first)));
  const std::string piece(16384, 'x');
  for (int i = 0; i < 3; ++i) other_.say(piece);
  Relay relay(loop_, client, other_.stream, seconds(60));
  std::string heard;
  net::spawn(loop_, hear_after_pause(loop_, relay, pair.second.get(), heard), [](std::string_view) {});
  EXPECT_EQ(run(relay), Relay::End::paused);
  EXPECT_EQ(heard.size(), piece.size());
}

TEST_F(RelayTest, an_early_client_hello_is_kept_for_the_handshake) {
  client_.say("\x16\x03\x01 hello");
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  relay.hold_handshakes();
  EXPECT_EQ(run(relay, [&] { relay.pause(); }), Relay::End::paused);
  EXPECT_EQ(relay.held(), "\x16\x03\x01 hello");
  EXPECT_EQ(other_.heard(), "");
}

TEST_F(RelayTest, threat_22_octets_without_end_leave_others_their_turn) {
  Channel client(net::Stream(loop_, open_device("/dev/zero", O_RDONLY), open_device("/dev/null", O_WRONLY)));
  net::Stream other(loop_, open_device("/dev/zero", O_RDONLY), open_device("/dev/null", O_WRONLY));
  Relay relay(loop_, client, other, seconds(60));
  EXPECT_EQ(run(relay, [&] { relay.stop(); }), Relay::End::stopped);
}

TEST_F(RelayTest, threat_22_octets_without_end_are_not_read_for_ever_when_nobody_answers) {
  Channel client(net::Stream(loop_, open_device("/dev/zero", O_RDONLY), open_device("/dev/null", O_WRONLY)));
  net::Stream other(loop_, open_device("/dev/null", O_RDONLY), open_device("/dev/null", O_WRONLY));
  Relay relay(loop_, client, other, seconds(60));
  EXPECT_EQ(run(relay), Relay::End::done);
}

TEST_F(RelayTest, back_pressure_reads_no_more_than_is_taken) {
  const std::string block(16384, 'x');
  for (int i = 0; i < 4; ++i) client_.say(block);
  Relay relay(loop_, channel_, other_.stream, seconds(60));
  // Its pipe takes four pieces; a fifth and a sixth wait in the relay and in the client's pipe.
  const auto more = [&] {
    for (int i = 0; i < 4; ++i) client_.say(block);
    relay.stop();
  };
  EXPECT_EQ(run(relay, more), Relay::End::stopped);
  EXPECT_EQ(other_.heard().size(), 4 * block.size());
}

class NoSink final : public log::Sink {
  void write(log::Severity, std::string_view) override {}
};

class ControlPipeTest : public ::testing::Test {
 protected:
  ControlPipeTest() : party_(loop_), client_(Channel(std::move(party_.stream))) {}

  // invite() and start() with the given way; whether it says secured.
  bool switch_over(ControlPipes pipes) {
    ControlPipeTls tls(loop_, std::move(pipes), journal_, limits_);
    bool secured = false;
    net::spawn(loop_, both(tls, secured), [](std::string_view fault) { ADD_FAILURE() << fault; });
    loop_.run();
    return secured;
  }

  static std::string all_of(int fd) {
    char text[64];
    const ssize_t got = ::read(fd, text, sizeof text);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
  }

  net::Loop loop_;
  Party party_;
  ClientSide client_;
  os::FdPair control_ = *os::make_pipe();
  os::FdPair answer_ = *os::make_pipe();
  smtp::TlsFacts facts_;

 private:
  net::Task<void> both(ControlPipeTls& tls, bool& secured) {
    const auto fault = co_await tls.invite(client_, "220 go\r\n", net::after(seconds(60)));
    const auto done = co_await tls.start(client_);
    secured = !fault && done.result == smtp::TlsResult::secured;
    facts_ = done.facts;
  }

  NoSink sink_;
  log::Journal journal_{sink_, "id", "client"};
  Limits limits_;
};

TEST_F(ControlPipeTest, text_goes_into_the_pipe_and_not_to_the_client) {
  EXPECT_TRUE(switch_over({ControlWay::text, false, std::move(control_.second), {}, {}, {}}));
  EXPECT_EQ(party_.heard(), "");
  EXPECT_EQ(all_of(control_.first.get()), "220 go\r\n");
  EXPECT_EQ(all_of(control_.first.get()), "");
}

TEST_F(ControlPipeTest, the_octet_follows_the_words_and_is_acknowledged) {
  ASSERT_EQ(::write(answer_.second.get(), "\0", 1), 1);
  EXPECT_TRUE(switch_over({ControlWay::byte, false, std::move(control_.second), std::move(answer_.first), {}, {}}));
  EXPECT_EQ(party_.heard(), "220 go\r\n");
  EXPECT_EQ(all_of(control_.first.get()), std::string(1, '\0'));
}

TEST_F(ControlPipeTest, without_the_acknowledgement_nothing_is_secured) {
  answer_.second.reset();
  EXPECT_FALSE(switch_over({ControlWay::byte, false, std::move(control_.second), std::move(answer_.first), {}, {}}));
}

TEST_F(ControlPipeTest, another_octet_is_no_acknowledgement) {
  ASSERT_EQ(::write(answer_.second.get(), "\1", 1), 1);
  EXPECT_FALSE(switch_over({ControlWay::byte, false, std::move(control_.second), std::move(answer_.first), {}, {}}));
}

TEST_F(ControlPipeTest, starttls_injection_cve_2011_0411_octets_before_the_acknowledgement_end_the_session) {
  party_.say("MAIL FROM:<injected@evil.example>\r\n");
  ASSERT_EQ(::write(answer_.second.get(), "\0", 1), 1);
  EXPECT_FALSE(switch_over({ControlWay::byte, false, std::move(control_.second), std::move(answer_.first), {}, {}}));
  EXPECT_EQ(client_.unread_behind(0), 0U);
}

TEST_F(ControlPipeTest, starttls_injection_cve_2011_0411_octets_before_the_end_of_the_text_end_the_session) {
  party_.say("MAIL FROM:<injected@evil.example>\r\n");
  EXPECT_FALSE(switch_over({ControlWay::text, false, std::move(control_.second), {}, {}, {}}));
  EXPECT_EQ(client_.unread_behind(0), 0U);
}

TEST_F(ControlPipeTest, a_quick_client_loses_nothing_where_the_other_side_empties_our_input) {
  party_.say("EHLO quick\r\n");
  ASSERT_EQ(::write(answer_.second.get(), "\0", 1), 1);
  EXPECT_TRUE(switch_over({ControlWay::byte, true, std::move(control_.second), std::move(answer_.first), {}, {}}));
  EXPECT_EQ(client_.unread_behind(0), 12U);
}

TEST_F(ControlPipeTest, ucspi_tells_what_the_handshake_found) {
  auto control = *os::make_socket_pair(SOCK_STREAM);
  auto in = *os::make_pipe();
  auto out = *os::make_pipe();
  const std::string_view facts("SSL_PROTOCOL=TLSv1.2\0SSL_CIPHER=CHACHA\0SSL_TLS_SNI\0\0", 53);
  ASSERT_EQ(::write(control.second.get(), facts.data(), facts.size()), 53);
  ControlPipes pipes{ControlWay::ucspi,    false, std::move(control.first), {}, std::move(in.first),
                     std::move(out.second)};
  pipes.tells = true;
  EXPECT_TRUE(switch_over(std::move(pipes)));
  EXPECT_EQ(all_of(control.second.get()), "Y");
  EXPECT_EQ(facts_.protocol, "TLSv1.2");
  EXPECT_EQ(facts_.cipher, "CHACHA");
}

TEST_F(ControlPipeTest, ucspi_without_the_facts_is_a_failed_handshake) {
  auto control = *os::make_socket_pair(SOCK_STREAM);
  auto in = *os::make_pipe();
  auto out = *os::make_pipe();
  ::shutdown(control.second.get(), SHUT_WR);
  ControlPipes pipes{ControlWay::ucspi,    false, std::move(control.first), {}, std::move(in.first),
                     std::move(out.second)};
  pipes.tells = true;
  EXPECT_FALSE(switch_over(std::move(pipes)));
}

TEST_F(ControlPipeTest, ucspi_moves_the_session_to_other_descriptors) {
  auto in = *os::make_pipe();
  auto out = *os::make_pipe();
  ASSERT_EQ(::write(in.second.get(), "EHLO x\r\n", 8), 8);
  EXPECT_TRUE(switch_over(
      {ControlWay::ucspi, false, std::move(control_.second), {}, std::move(in.first), std::move(out.second)}));
  EXPECT_EQ(party_.heard(), "220 go\r\n|");
  EXPECT_EQ(all_of(control_.first.get()), "y");
  EXPECT_EQ(client_.unread_behind(0), 8U);
}

}  // namespace
}  // namespace session
