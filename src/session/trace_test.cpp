// A trace helps to find what a client does wrong, and betrays nobody.
#include <gtest/gtest.h>

#include "session/trace.hpp"

namespace session {
namespace {

TEST(Trace, tells_commands_with_their_arguments_escaped) {
  EXPECT_EQ(told_of_client("ehlo client.example", false), "EHLO client.example");
  EXPECT_EQ(told_of_client("MAIL FROM:<a@b\x01> SIZE=5", false), "MAIL FROM:<a@b\\x01> SIZE=5");
  EXPECT_EQ(told_of_client("QUIT", false), "QUIT");
}

TEST(Trace, threat_37_never_tells_what_may_be_a_password) {
  EXPECT_EQ(told_of_client("AUTH PLAIN AHVzZXIAaHVudGVyMg==", false), "AUTH PLAIN (...)");
  EXPECT_EQ(told_of_client("x-exps login aHVudGVyMg==", false), "X-EXPS (...)");
  EXPECT_EQ(told_of_client(" PROXY\tTCP4 192.0.2.1 192.0.2.2 1 2", false), "PROXY (...)");
  EXPECT_EQ(told_of_client("aHVudGVyMg==", false), "(no known command, 12 octets)");
  EXPECT_EQ(told_of_client("QUIT", true), "(an answer of 4 octets)");
  EXPECT_EQ(told_to_client("334 VXNlcm5hbWU6\r\n"), "334 (...)");
}

TEST(Trace, tells_replies_in_one_line) {
  EXPECT_EQ(told_to_client("250-mx.example\r\n250 SIZE 1000\r\n"), "250-mx.example | 250 SIZE 1000");
  EXPECT_EQ(told_to_client(""), "");
}

}  // namespace
}  // namespace session
