// The message of a hand-over: what is encoded comes out again, and nothing else is taken.
#include "session/handoff_wire.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

HandOver sample() {
  HandOver message;
  message.delayed = true;
  message.drains = true;
  message.idle = std::chrono::seconds(600);
  message.identity.client = os::SocketAddress::ip("2001:db8::7", 4711).value();
  message.identity.server = os::SocketAddress::ip("192.0.2.1", 25).value();
  message.identity.name = "client.example";
  message.identity.session_id = "abc";
  return message;
}

TEST(HandOver, comes_out_as_it_went_in) {
  const auto again = decode_hand_over(encode(sample()));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->delayed);
  EXPECT_FALSE(again->proxy);
  EXPECT_TRUE(again->drains);
  EXPECT_FALSE(again->waits());
  EXPECT_EQ(again->idle.count(), 600);
  EXPECT_EQ(again->handshake.count(), 30);
  EXPECT_EQ(again->identity.client.text(), "[2001:db8::7]:4711");
  EXPECT_EQ(again->identity.server.text(), "[192.0.2.1]:25");
  EXPECT_EQ(again->identity.name, "client.example");
  EXPECT_EQ(again->identity.session_id, "abc");
}

TEST(HandOver, of_mail_keeps_the_limits_of_the_dialog) {
  HandOver message = sample();
  EXPECT_EQ(message.fewest_descriptors(), 6);
  EXPECT_FALSE(decode_hand_over(encode(message))->mail);
  message.mail = HandedMail{std::nullopt, std::chrono::seconds(7)};
  EXPECT_EQ(message.most_descriptors(), 4);
  const auto again = decode_hand_over(encode(message));
  ASSERT_TRUE(again && again->mail);
  EXPECT_FALSE(again->mail->session);
  EXPECT_EQ(again->mail->wait, std::chrono::seconds(7));
}

TEST(HandOver, threat_40_a_value_with_control_characters_is_escaped) {
  HandOver message = sample();
  message.identity.name = "a\nb";
  EXPECT_EQ(decode_hand_over(encode(message))->identity.name.find('\n'), std::string::npos);
}

TEST(HandOver, nothing_else_is_taken) {
  const std::string good = encode(sample());
  EXPECT_FALSE(decode_hand_over(""));
  EXPECT_FALSE(decode_hand_over(good + std::string(1, '\0')));
  for (std::size_t length = 0; length + 4 < good.size(); ++length) {
    EXPECT_FALSE(decode_hand_over(good.substr(0, length))) << length;
  }
  HandOver late = sample();
  late.idle = std::chrono::seconds(0);
  EXPECT_FALSE(decode_hand_over(encode(late)));
}

TEST(HandOver, variables_come_out_as_they_went_in) {
  const std::vector<std::string> variables{"PROTO=TCP", "EMPTY=", "LOG_ID=x"};
  EXPECT_EQ(decode_variables(encode_variables(variables)), variables);
  EXPECT_TRUE(decode_variables("").empty());
}

}  // namespace
}  // namespace session
