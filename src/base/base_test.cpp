#include <string>

#include <gtest/gtest.h>

#include "base/buffer.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace base {
namespace {

TEST(Buffer, gives_back_what_was_appended_in_order) {
  Buffer buffer(16);
  EXPECT_TRUE(buffer.append("hello "));
  EXPECT_TRUE(buffer.append("world"));
  buffer.consume(6);
  EXPECT_EQ(buffer.view(), "world");
  EXPECT_TRUE(buffer.append(" and more"));
  EXPECT_EQ(buffer.view(), "world and more");
}

TEST(Buffer, takes_all_or_nothing_at_its_limit) {
  Buffer buffer(4);
  EXPECT_TRUE(buffer.append("abc"));
  EXPECT_FALSE(buffer.append("de"));
  EXPECT_EQ(buffer.view(), "abc");
  EXPECT_TRUE(buffer.append("d"));
  EXPECT_TRUE(buffer.full());
  EXPECT_TRUE(buffer.prepare(10).empty());
}

TEST(Buffer, prepare_and_commit_append_what_was_written) {
  Buffer buffer(100);
  const auto space = buffer.prepare(10);
  ASSERT_EQ(space.size(), 10U);
  space[0] = 'x';
  buffer.commit(1);
  EXPECT_EQ(buffer.view(), "x");
}

TEST(Buffer, holds_no_memory_while_empty) {
  Buffer buffer(1000);
  ASSERT_TRUE(buffer.append("abc"));
  buffer.consume(3);
  EXPECT_EQ(buffer.view().data(), nullptr);
}

TEST(Buffer, clear_tells_how_much_was_forgotten) {
  Buffer buffer(1000);
  ASSERT_TRUE(buffer.append("abcde"));
  EXPECT_EQ(buffer.clear(), 5U);
  EXPECT_TRUE(buffer.empty());
}

TEST(Buffer, survives_any_order_of_small_steps) {
  Buffer buffer(64);
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 7 % 13), static_cast<char>('a' + i % 26));
    if (buffer.append(piece)) expected += piece;
    const std::size_t take = static_cast<std::size_t>(i * 5 % 11);
    if (take <= expected.size()) {
      buffer.consume(take);
      expected.erase(0, take);
    }
    ASSERT_EQ(buffer.view(), expected);
  }
}

TEST(Text, compares_without_case) {
  EXPECT_TRUE(iequals("StartTLS", "STARTTLS"));
  EXPECT_FALSE(iequals("STARTTL", "STARTTLS"));
  EXPECT_TRUE(istarts_with("mail FROM:<a@b>", "MAIL FROM:"));
  EXPECT_FALSE(istarts_with("mai", "MAIL"));
}

TEST(Text, trims_and_splits) {
  EXPECT_EQ(trimmed(" \tab c\t "), "ab c");
  EXPECT_EQ(trimmed("  "), "");
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
}

TEST(Text, numbers_are_whole_or_nothing) {
  EXPECT_EQ(number<int>("25"), 25);
  EXPECT_FALSE(number<int>("25x"));
  EXPECT_FALSE(number<int>(""));
  EXPECT_FALSE(number<unsigned>("-1"));
  EXPECT_FALSE(number<unsigned short>("65536"));
  EXPECT_FALSE(number<int>(" 1"));
}

TEST(Text, log_injection_CWE_117_control_bytes_are_escaped_and_the_length_is_bounded) {
  EXPECT_EQ(escaped("a\r\nb\x1b\\"), "a\\x0d\\x0ab\\x1b\\\\");
  EXPECT_EQ(escaped(std::string(300, 'x')), std::string(256, 'x') + "...");
  EXPECT_EQ(escaped("\xc3\xa4"), "\\xc3\\xa4");
}

TEST(Text, xtext_is_plain_but_for_what_would_end_or_join_a_value) {
  EXPECT_EQ(xtext("mx-1.example"), "mx-1.example");
  EXPECT_EQ(xtext("a b+c=d\n\xc3\xa4"), "a+20b+2Bc+3Dd+0A+C3+A4");
}

TEST(Text, the_nearest_name_is_offered_only_when_it_is_near) {
  EXPECT_EQ(nearest("listn", {"listen", "backend"}), "listen");
  EXPECT_EQ(nearest("zzz", {"listen", "backend"}), "");
}

TEST(Secret, moves_and_copies_only_when_asked) {
  Secret first("key");
  Secret second = std::move(first);
  EXPECT_EQ(second.reveal(), "key");
  const Secret third = second.copy();
  EXPECT_EQ(third.reveal(), "key");
}

TEST(Result, an_error_number_is_told_in_words) {
  const Result<int> result = fail_errno("/nowhere", ENOENT);
  EXPECT_EQ(result.error().text, "/nowhere: No such file or directory");
}

}  // namespace
}  // namespace base
