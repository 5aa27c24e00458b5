// A tlsmgr that refuses, dies, talks nonsense or answers what nobody asked: never an answer to the next question.
#include "apps/tlsproxy/tlsmgr_client.hpp"

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "net/spawn.hpp"

namespace app {
namespace {

using std::string_literals::operator""s;

const std::string greeting = "protocol\0tlsmgr_protocol\0\0"s;
const std::string question = "request\0policy\0\0"s;
const std::string reply = "status\0"s + "0\0\0"s;
const std::string other = "status\0"s + "7\0\0"s;

void broken(std::string_view fault) {
  ADD_FAILURE() << fault;
}

struct Lines final : log::Sink {
  void write(log::Severity /*severity*/, std::string_view line) override { all.emplace_back(line); }
  std::vector<std::string> all;
};

// What tlsmgr says on one stream: at once, and to each request; then it ends, or waits for ever.
struct Script {
  std::string at_once;
  std::vector<std::string> to_requests;
  bool ends = true;
};

class TlsmgrFaults : public ::testing::Test {
 protected:
  TlsmgrFaults()
      : client_(
            loop_, [this] { bring_next(); }, true, lines_) {
    net::spawn(loop_, client_.run(), broken);
  }

  // The status of each answer, "-" for none.
  std::string ask(int times) {
    std::string found;
    net::spawn(loop_, ask(times, found), broken);
    loop_.run();
    return found;
  }

  std::deque<Script> scripts_;  // one for each stream; without one tlsmgr refuses
  Lines lines_;
  int streams_ = 0;

 private:
  void bring_next() {
    if (scripts_.empty()) return client_.bring({});
    ++streams_;
    auto pair = *os::make_socket_pair(SOCK_STREAM);
    client_.bring(std::move(pair.first));
    net::spawn(loop_, play(std::move(scripts_.front()), std::move(pair.second)), broken);
    scripts_.pop_front();
  }

  net::Task<void> play(Script script, os::UniqueFd end) {
    net::Stream stream(loop_, std::move(end));
    const net::Deadline limit = net::after(std::chrono::seconds(20));
    (void)co_await stream.write(script.at_once, limit);
    base::Buffer heard(4096);
    for (const std::string& answer : script.to_requests) {
      const net::Io got = co_await stream.read(heard, limit);
      heard.clear();
      if (got != net::Io::done) co_return;
      (void)co_await stream.write(answer, limit);
    }
    if (!script.ends) (void)co_await stream.read(heard, limit);
  }

  net::Task<void> ask(int times, std::string& found) {
    for (int i = 0; i < times; ++i) {
      const auto answer = co_await client_.ask(question);
      const std::string* status = answer ? postfix::find(*answer, "status") : nullptr;
      found += status != nullptr ? *status : "-";
      co_await loop_.sleep_until(net::Clock::now());  // what was said too much arrives
    }
    loop_.stop();
  }

  net::Loop loop_;
  TlsmgrClient client_;
};

TEST_F(TlsmgrFaults, one_that_answers_is_asked_on_one_stream) {
  scripts_ = {{greeting, {reply, other, reply}, false}};
  EXPECT_EQ(ask(3), "070");
  EXPECT_EQ(streams_, 1);
}

TEST_F(TlsmgrFaults, one_that_refuses_is_told_once_and_left_alone_for_a_while) {
  EXPECT_EQ(ask(3), "---");
  EXPECT_EQ(lines_.all.size(), 1U);
}

TEST_F(TlsmgrFaults, one_that_closed_an_idle_stream_is_asked_on_a_new_one) {
  scripts_ = {{greeting, {reply}}, {greeting, {other}, false}};
  EXPECT_EQ(ask(2), "07");
}

TEST_F(TlsmgrFaults, one_that_dies_in_mid_line_gives_no_answer) {
  scripts_ = {{greeting, {reply.substr(0, 5)}}, {greeting, {reply}, false}};
  EXPECT_EQ(ask(2), "--");
}

TEST_F(TlsmgrFaults, an_answer_without_end_is_given_up) {
  scripts_ = {{greeting, {std::string(100'000, 'x')}, false}};
  EXPECT_EQ(ask(1), "-");
}

TEST_F(TlsmgrFaults, an_answer_before_the_question_answers_nothing) {
  scripts_ = {{greeting + other, {reply}}};
  EXPECT_EQ(ask(1), "-");
}

TEST_F(TlsmgrFaults, an_answer_too_many_is_not_that_of_the_next_question) {
  scripts_ = {{greeting, {reply + other, other}, false}, {greeting, {reply}, false}};
  EXPECT_EQ(ask(2).find('7'), std::string::npos);
}

struct TlsmgrGarbage : TlsmgrFaults, ::testing::WithParamInterface<std::string> {};

TEST_P(TlsmgrGarbage, is_no_greeting) {
  scripts_ = {{GetParam(), {}}};
  EXPECT_EQ(ask(1), "-");
}

TEST_P(TlsmgrGarbage, is_no_answer) {
  scripts_ = {{greeting, {GetParam()}}};
  EXPECT_EQ(ask(1), "-");
}

INSTANTIATE_TEST_SUITE_P(Of, TlsmgrGarbage,
                         ::testing::Values("220 tlsmgr\r\n"s, "\0\0\0\0"s, std::string(100'000, 'x'), reply + "x"));

}  // namespace
}  // namespace app
