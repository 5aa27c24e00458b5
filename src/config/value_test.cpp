// Single values: what is taken, what is refused.

#include "config/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace config {
namespace {

using std::chrono::seconds;

TEST(Duration, is_a_number_with_a_unit) {
  EXPECT_EQ(duration("1s"), seconds(1));
  EXPECT_EQ(duration("5m"), seconds(300));
  EXPECT_EQ(duration("24h"), seconds(86400));
  EXPECT_EQ(duration("30 S"), seconds(30));
}

TEST(Duration, refuses_numbers_without_unit_fractions_signs_and_what_is_out_of_range) {
  for (const char* text : {"", "30", "s", "-1s", "1.5m", "500ms", "0s", "25h", "1s1s", "99999999999999999999h", "1d"}) {
    EXPECT_FALSE(duration(text)) << text;
  }
}

TEST(Rate, is_a_number_and_a_time) {
  EXPECT_EQ(rate("30/1m")->count, 30U);
  EXPECT_EQ(rate("30/1m")->period, seconds(60));
  for (const char* text : {"", "30", "30/", "/1m", "0/1m", "-1/1m", "30/m", "30/60", "30/1m/1m", "1000001/1m"}) {
    EXPECT_FALSE(rate(text)) << text;
  }
}

TEST(Banner, is_one_printable_line) {
  EXPECT_EQ(banner("mx.example.org ESMTP"), "mx.example.org ESMTP");
  for (const std::string& text : {std::string(), std::string("a\r\nb"), std::string(201, 'a'), std::string("\xe4")}) {
    EXPECT_FALSE(banner(text)) << text;
  }
}

TEST(Toggle, knows_the_usual_words) {
  for (const char* text : {"true", "YES", "on", "1"}) EXPECT_EQ(toggle(text), true) << text;
  for (const char* text : {"false", "no", "Off", "0"}) EXPECT_EQ(toggle(text), false) << text;
  for (const char* text : {"", "2", "maybe", "truee"}) EXPECT_FALSE(toggle(text)) << text;
}

TEST(Count, keeps_its_range) {
  EXPECT_EQ(count(1, 3)("3"), 3U);
  for (const char* text : {"", "0", "4", "-1", "1.0", "0x1", " 1", "+1"}) EXPECT_FALSE(count(1, 3)(text)) << text;
}

TEST(Size, knows_units_of_1024) {
  const CountParser any = size(1, 1U << 30U);
  EXPECT_EQ(any("512"), 512U);
  EXPECT_EQ(any("2k"), 2048U);
  EXPECT_EQ(any("64KiB"), 65536U);
  EXPECT_EQ(any("1 MiB"), 1048576U);
  for (const char* text : {"", "k", "1kb", "0", "2048m", "18446744073709551615m", "1g"})
    EXPECT_FALSE(any(text)) << text;
}

TEST(Endpoints, to_connect_to_need_a_host_and_a_port) {
  EXPECT_TRUE(listening(":25"));
  EXPECT_TRUE(listening("127.0.0.1:0"));
  EXPECT_TRUE(destination("mail.example:25"));
  EXPECT_TRUE(destination("unix:/run/smtp"));
  for (const char* text : {":25", "127.0.0.1:0", "127.0.0.1", "::1:25", "unix:smtp", ""}) {
    EXPECT_FALSE(destination(text)) << text;
  }
}

TEST(HostName, cannot_carry_line_ends_or_spaces_into_replies) {
  EXPECT_TRUE(host_name("mail.example"));
  EXPECT_TRUE(host_name("[192.0.2.1]"));
  EXPECT_FALSE(host_name("mail example"));
  EXPECT_FALSE(host_name("mail\r\n250 ok"));
  EXPECT_FALSE(host_name(""));
  EXPECT_FALSE(host_name(std::string(256, 'a')));
}

TEST(Mailbox, cannot_end_its_command) {
  EXPECT_EQ(mailbox("a@example"), "a@example");
  EXPECT_EQ(mailbox("<>"), "");
  EXPECT_FALSE(mailbox("a@example> SIZE=1"));
  EXPECT_FALSE(mailbox("a@example\r\nDATA"));
}

}  // namespace
}  // namespace config
