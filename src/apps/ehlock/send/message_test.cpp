#include "apps/ehlock/send/message.hpp"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(SendMessage, every_kind_of_line_end_becomes_crlf) {
  EXPECT_EQ(with_crlf("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd\r\n");
  EXPECT_EQ(with_crlf("a\r\r\n\n\n"), "a\r\n\r\n\r\n\r\n");
  EXPECT_EQ(with_crlf("whole\r\n"), "whole\r\n");
  EXPECT_EQ(with_crlf(""), "");
}

TEST(SendMessage, dots_that_begin_a_line_are_doubled) {
  EXPECT_EQ(data_of(".\r\n..\r\nx.y\r\n.z\r\n"), "..\r\n...\r\nx.y\r\n..z\r\n.\r\n");
  EXPECT_EQ(data_of(""), ".\r\n");
}

TEST(SendMessage, octets_beyond_ascii_are_noticed) {
  EXPECT_TRUE(is_ascii("plain\x7f"));
  EXPECT_FALSE(is_ascii("gr\xc3\xbc\xc3\x9f"));
}

TEST(SendMessage, auth_plain_is_the_base64_of_rfc_4616) {
  EXPECT_EQ(auth_plain_command("tim", "tanstaaftanstaaf").reveal(), "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
  EXPECT_EQ(auth_plain_command("u", "p").reveal(), "AUTH PLAIN AHUAcA==\r\n");
  EXPECT_EQ(auth_plain_command("u", "pw").reveal(), "AUTH PLAIN AHUAcHc=\r\n");
}

TEST(SendMessage, a_composed_message_has_what_was_asked_for) {
  config::SendOptions options;
  options.from = "a@b.example";
  options.to = {"c@d.example", "e@f.example"};
  options.subject = "try";
  options.body = "text";
  const std::string message = compose(options, "Sun, 22 Nov 2026 09:34:16 +0000", "1@b.example");
  EXPECT_TRUE(message.starts_with("From: <a@b.example>\r\nTo: <c@d.example>, <e@f.example>\r\nSubject: try\r\n"));
  EXPECT_TRUE(message.ends_with("\r\n\r\ntext\r\n"));
  EXPECT_EQ(with_crlf(message), message);
}

}  // namespace
}  // namespace app
