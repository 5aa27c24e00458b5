// main.cf as text, the order of its sources, and typed values.
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postfix/main_cf.hpp"
#include "postfix/values.hpp"

namespace postfix {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using std::chrono_literals::operator""s;

Parameters read(std::string_view text) {
  return Parameters::read(text).value();
}

TEST(MainCf, reads_names_and_values) {
  const auto parameters = read(
      "# comment\n"
      "\n"
      "myhostname = mx.example.test\n"
      "empty =\n"
      "tight=value\n"
      "spaced   =   a  b   \n"
      "inline = b # c\n"
      "equals = a = b\n");
  EXPECT_EQ(parameters.value("myhostname").value(), "mx.example.test");
  EXPECT_EQ(parameters.value("empty").value(), "");
  EXPECT_TRUE(parameters.raw("empty"));
  EXPECT_FALSE(parameters.raw("absent"));
  EXPECT_EQ(parameters.value("absent").value(), "");
  EXPECT_EQ(parameters.value("tight").value(), "value");
  EXPECT_EQ(parameters.value("spaced").value(), "a  b");
  EXPECT_EQ(parameters.value("inline").value(), "b # c");
  EXPECT_EQ(parameters.value("equals").value(), "a = b");
}

TEST(MainCf, a_line_that_begins_with_white_space_continues) {
  const auto parameters = read(
      "mynetworks = 127.0.0.0/8\n"
      "    [::1]/128\n"
      "# comment in the middle\n"
      "   # another\n"
      "\n"
      "\t192.0.2.0/24\n"
      "next = x\n");
  EXPECT_THAT(parameters.list("mynetworks").value(), ElementsAre("127.0.0.0/8", "[::1]/128", "192.0.2.0/24"));
  EXPECT_EQ(parameters.value("next").value(), "x");
}

TEST(MainCf, the_last_of_a_repeated_name_holds) {
  EXPECT_EQ(read("a = 1\na = 2\n").value("a").value(), "2");
}

TEST(MainCf, a_file_without_last_newline_or_with_crlf_is_read) {
  EXPECT_EQ(read("a = 1").value("a").value(), "1");
  EXPECT_EQ(read("a = 1\r\nb = 2\r\n").value("a").value(), "1");
  EXPECT_FALSE(read("").raw("a"));
}

TEST(MainCf, tells_the_line_of_a_mistake) {
  EXPECT_EQ(Parameters::read("a = 1\n\nno equals sign\n").error().text, "line 3: not \"name = value\": no equals sign");
  EXPECT_EQ(Parameters::read("  a = 1\n").error().text, "line 1: the first line must not begin with white space");
  EXPECT_FALSE(Parameters::read("two words = 1\n"));
  EXPECT_FALSE(Parameters::read("= 1\n"));
  EXPECT_FALSE(Parameters::read(std::string("a = 1\0b = 2\n", 12)));
  EXPECT_FALSE(Parameters::read(std::string(main_cf_limit + 1, '#')));
}

TEST(MainCf, entries_keep_their_order_and_lines) {
  const auto entries = entries_of("b = 1\na = 2\n  3\nb = 4\n").value();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].name, "b");
  EXPECT_EQ(entries[1].value, "2  3");
  EXPECT_EQ(entries[2].line, 4U);
}

TEST(MainCf, options_beat_the_file_and_the_file_beats_defaults) {
  Parameters parameters = read("a = file\nb = file\n");
  parameters.assume("a", "default");
  parameters.assume("c", "default");
  ASSERT_TRUE(parameters.option(" a  =  option "));
  parameters.force("process_name", "tlsproxy");
  ASSERT_TRUE(parameters.option("process_name=liar"));
  EXPECT_EQ(parameters.value("a").value(), "option");
  EXPECT_EQ(parameters.value("b").value(), "file");
  EXPECT_EQ(parameters.value("c").value(), "default");
  EXPECT_EQ(parameters.value("process_name").value(), "tlsproxy");
  EXPECT_FALSE(parameters.option("no equals sign"));
}

TEST(MainCf, defaults_follow_what_they_refer_to) {
  Parameters parameters = read("smtpd_tls_cert_file = /etc/cert.pem\n");
  parameters.assume("tlsproxy_tls_cert_file", "$smtpd_tls_cert_file");
  parameters.assume("tlsproxy_tls_key_file", "$smtpd_tls_key_file");
  parameters.assume("smtpd_tls_key_file", "$smtpd_tls_cert_file");
  EXPECT_EQ(parameters.value("tlsproxy_tls_key_file").value(), "/etc/cert.pem");
  ASSERT_TRUE(parameters.option("smtpd_tls_cert_file=/other.pem"));
  EXPECT_EQ(parameters.value("tlsproxy_tls_cert_file").value(), "/other.pem");
  EXPECT_EQ(parameters.value("tlsproxy_tls_key_file").value(), "/other.pem");
}

TEST(MainCf, a_loop_names_the_parameter) {
  const auto result = read("a = $b\nb = $a\n").value("a");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, HasSubstr("parameter a: macro processing error"));
}

TEST(MainCf, typed_values_are_expanded_first) {
  const auto parameters =
      read("flag = $other\nother = Yes\ncount = ${other?12}\nlimit = ${count}m\nlist = $count, $count\n");
  EXPECT_TRUE(parameters.boolean("flag").value());
  EXPECT_EQ(parameters.number("count").value(), 12);
  EXPECT_EQ(parameters.time("limit").value(), 720s);
  EXPECT_THAT(parameters.list("list").value(), ElementsAre("12", "12"));
  EXPECT_FALSE(parameters.boolean("count"));
}

TEST(Values, booleans_are_yes_or_no) {
  for (const std::string_view yes : {"yes", "YES", "Yes"}) EXPECT_TRUE(boolean_of("x", yes).value());
  for (const std::string_view no : {"no", "NO"}) EXPECT_FALSE(boolean_of("x", no).value());
  for (const std::string_view bad : {"", "true", "1", "yes ", "y"}) EXPECT_FALSE(boolean_of("x", bad)) << bad;
  EXPECT_EQ(boolean_of("smtpd_use_tls", "maybe").error().text, "bad boolean configuration: smtpd_use_tls = maybe");
}

TEST(Values, numbers_have_a_least_value) {
  EXPECT_EQ(number_of("x", "100").value(), 100);
  EXPECT_EQ(number_of("x", "-5", -10).value(), -5);
  EXPECT_EQ(number_of("max_use", "nine").error().text, "bad numerical configuration: max_use = nine");
  EXPECT_EQ(number_of("max_use", "0", 1).error().text, "invalid max_use parameter value 0 < 1");
  for (const std::string_view bad : {"", "1 ", "+1", "1.5", "99999999999"}) EXPECT_FALSE(number_of("x", bad)) << bad;
}

TEST(Values, times_have_units) {
  const std::pair<const char*, std::chrono::seconds> times[] = {
      {"10", 10s}, {"10s", 10s}, {"10S", 10s}, {"5m", 300s}, {"1h", 3600s}, {"1d", 86400s}, {"1w", 604800s}, {"0", 0s},
  };
  for (const auto& [text, seconds] : times) EXPECT_EQ(time_of("x", text).value(), seconds) << text;
  EXPECT_EQ(time_of("x", "2", 'd').value(), 172800s);
  for (const std::string_view bad : {"", "s", "10x", "-1s", "1 s", "1ms", "9999999999", "2147483647w", "1.5h"}) {
    EXPECT_FALSE(time_of("x", bad)) << bad;
  }
  EXPECT_EQ(time_of("max_idle", "10y").error().text, "parameter max_idle: bad time value or unit: 10y");
}

TEST(Values, lists_are_separated_by_commas_or_blanks_and_grouped_by_braces) {
  EXPECT_THAT(list_of("x", "a, b,c d\te").value(), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(list_of("x", " ,, ").value(), IsEmpty());
  EXPECT_THAT(list_of("x", "").value(), IsEmpty());
  EXPECT_THAT(list_of("x", "a {b c, d} e").value(), ElementsAre("a", "b c, d", "e"));
  EXPECT_THAT(list_of("x", "{ {k=v} {l = w} }").value(), ElementsAre("{k=v} {l = w}"));
  EXPECT_FALSE(list_of("x", "a {b c"));
}

TEST(Values, threat_38_a_wrong_value_is_told_in_printable_letters) {
  const std::string text = boolean_of("x", "a\nb\x1b").error().text;
  EXPECT_EQ(text, "bad boolean configuration: x = a\\x0ab\\x1b");
}

}  // namespace
}  // namespace postfix
