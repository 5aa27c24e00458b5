// LineSplitter: what ends a line, what is told of a bad one, and that no chunking changes either.

#include "smtp/line.hpp"

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smtp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The lines that come out when the text arrives in pieces: the text, or "!long", "!bare".
std::vector<std::string> split(LineSplitter splitter, std::string_view text, std::size_t piece = 4096) {
  base::Buffer buffer(16384);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, piece);
    EXPECT_TRUE(buffer.append(part));
    text.remove_prefix(part.size());
    for (auto line = splitter.next(buffer); line; line = splitter.next(buffer)) {
      if (line->kind == Line::Kind::complete) lines.emplace_back(line->text);
      if (line->kind == Line::Kind::too_long) lines.emplace_back("!long");
      if (line->kind == Line::Kind::bare_newline) lines.emplace_back("!bare");
      buffer.consume(line->size);
    }
  }
  return lines;
}

LineSplitter strict(std::size_t limit = 32, std::size_t auth_limit = 64) {
  return {BareNewline::reject, limit, auth_limit};
}
LineSplitter lax(std::size_t limit = 32) {
  return {BareNewline::pass, limit, 64};
}

TEST(line_splitter, cuts_at_crlf_and_waits_for_the_rest) {
  EXPECT_THAT(split(strict(), "EHLO a\r\nNOOP\r\n\r\nQU"), ElementsAre("EHLO a", "NOOP", ""));
  EXPECT_THAT(split(strict(), "QUIT\r"), IsEmpty());
}

TEST(line_splitter, tells_a_bare_newline_once_and_goes_on_behind_the_next_crlf) {
  EXPECT_THAT(split(strict(), "a\nb\nc\r\nNOOP\r\n"), ElementsAre("!bare", "NOOP"));
  EXPECT_THAT(split(strict(), "a\rb\r\nNOOP\r\n"), ElementsAre("!bare", "NOOP"));
  EXPECT_THAT(split(strict(), "a\r\r\nNOOP\r\n"), ElementsAre("!bare", "NOOP"));
  EXPECT_THAT(split(strict(), std::string_view("a\0b\r\nNOOP\r\n", 11)), ElementsAre("!bare", "NOOP"));
  EXPECT_THAT(split(strict(), "a\n"), ElementsAre("!bare"));
}

TEST(line_splitter, leaves_bare_octets_in_the_text_where_they_pass) {
  EXPECT_THAT(split(lax(), "a\nb\rc\r\r\nNOOP\r\n"), ElementsAre("a\nb\rc\r", "NOOP"));
}

TEST(line_splitter, takes_a_line_of_just_the_limit_and_none_beyond) {
  EXPECT_THAT(split(strict(), std::string(30, 'a') + "\r\n"), ElementsAre(std::string(30, 'a')));
  EXPECT_THAT(split(strict(), std::string(31, 'a') + "\r\nNOOP\r\n"), ElementsAre("!long", "NOOP"));
  EXPECT_THAT(split(strict(), std::string(5000, 'a') + "\r\nNOOP\r\n"), ElementsAre("!long", "NOOP"));
}

TEST(line_splitter, gives_auth_lines_their_own_limit) {
  const std::string response(50, 'x');
  EXPECT_THAT(split(strict(), "auth PLAIN " + response + "\r\n"), ElementsAre("auth PLAIN " + response));
  EXPECT_THAT(split(strict(), response + "\r\n"), ElementsAre("!long"));
  LineSplitter exchange = strict();
  exchange.expect_auth(true);
  EXPECT_THAT(split(exchange, response + "\r\n"), ElementsAre(response));
  exchange.expect_auth(false);
  EXPECT_THAT(split(exchange, response + "\r\n"), ElementsAre("!long"));
}

TEST(line_splitter, skips_octets_that_are_no_lines) {
  LineSplitter splitter = strict();
  splitter.skip(6);
  for (const std::size_t piece : {1U, 3U, 100U}) {
    EXPECT_THAT(split(splitter, "QUIT\r\nNOOP\r\n", piece), ElementsAre("NOOP"));
  }
}

TEST(line_splitter, keeps_no_octet_of_a_bad_line_in_the_buffer) {
  LineSplitter splitter = strict();
  base::Buffer buffer(64);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(buffer.append(std::string(50, 'a')));
    for (auto line = splitter.next(buffer); line; line = splitter.next(buffer)) buffer.consume(line->size);
    ASSERT_TRUE(buffer.empty());
  }
}

TEST(line_splitter, gives_the_same_lines_in_any_chunking) {
  std::mt19937 random(2);
  constexpr std::string_view alphabet("\r\n\r\n\0aA ", 9);
  for (int round = 0; round < 2000; ++round) {
    std::string text(120, ' ');
    for (char& octet : text) octet = alphabet[random() % alphabet.size()];
    text += std::string(random() % 40, 'x') + "\r\nlast\r\n";
    for (const LineSplitter& splitter : {strict(), lax()}) {
      const auto whole = split(splitter, text);
      EXPECT_EQ(whole.back(), "last");
      EXPECT_EQ(split(splitter, text, 1), whole);
      EXPECT_EQ(split(splitter, text, 1 + random() % 50), whole);
    }
  }
}

}  // namespace
}  // namespace smtp
