// BodyScanner against a second, slow reading of RFC 5321 §4.1.1.4, in every chunking.

#include "smtp/body.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace smtp {
namespace {

struct Found {
  std::string forwarded;
  BodyScanner::State state;
  std::uint64_t unstuffed = 0;

  bool operator==(const Found&) const = default;
};

// What a caller with a buffer forwards when the octets come in pieces of these sizes (the last again and again).
Found scan(BodyScanner scanner, std::string_view text, const std::vector<std::size_t>& pieces) {
  Found found{"", BodyScanner::State::more};
  std::string buffer;
  std::size_t piece = 0;
  while (!text.empty() && found.state == BodyScanner::State::more) {
    const std::size_t size = std::min(text.size(), pieces[std::min(piece++, pieces.size() - 1)]);
    buffer += text.substr(0, size);
    text.remove_prefix(size);
    const std::size_t taken = scanner.take(buffer);
    found.forwarded += buffer.substr(0, taken);
    buffer.erase(0, taken);
    found.state = scanner.state();
    EXPECT_LE(buffer.size(), found.state == BodyScanner::State::more ? 2U : buffer.size());
  }
  found.unstuffed = scanner.unstuffed_octets();
  return found;
}

bool line_begins(std::string_view text, std::size_t at) {
  return at == 0 || text.substr(0, at).ends_with("\r\n");
}

std::size_t first_bare(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return i;
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return i;
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] != '\n') return i;
  }
  return std::string_view::npos;
}

std::size_t first_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (line_begins(text, i) && text.substr(i, 3) == ".\r\n") return i + 3;
  }
  return std::string_view::npos;
}

std::uint64_t without_stuffing(std::string_view forwarded) {
  std::uint64_t octets = forwarded.size();
  for (std::size_t i = 0; i < forwarded.size(); ++i) {
    const bool stuffs = forwarded[i] == '.' && line_begins(forwarded, i) && forwarded.substr(i) != ".\r\n";
    if (stuffs) --octets;
  }
  return octets;
}

Found forwarded(std::string_view text, BareNewline policy) {
  const std::size_t end = first_end(text);
  std::size_t bare = policy == BareNewline::reject ? first_bare(text) : std::string_view::npos;
  if (end != std::string_view::npos && (bare == std::string_view::npos || end <= bare)) {
    return {std::string(text.substr(0, end)), BodyScanner::State::complete};
  }
  if (bare != std::string_view::npos) {
    if (bare > 0 && text[bare - 1] == '.' && line_begins(text, bare - 1)) --bare;
    return {std::string(text.substr(0, bare)), BodyScanner::State::bare_newline};
  }
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.ends_with('.') && line_begins(text, text.size() - 1)) text.remove_suffix(1);
  return {std::string(text), BodyScanner::State::more};
}

Found expected(std::string_view text, BareNewline policy) {
  Found found = forwarded(text, policy);
  found.unstuffed = without_stuffing(found.forwarded);
  return found;
}

void check(std::string_view text, BareNewline policy, const std::vector<std::size_t>& pieces) {
  const Found found = scan(BodyScanner::for_data(policy, MessageEnd::forward), text, pieces);
  ASSERT_EQ(found, expected(text, policy)) << testing::PrintToString(std::string(text));
}

TEST(body_scanner, agrees_with_the_slow_reading_on_every_short_text_in_every_chunking) {
  constexpr std::array alphabet = {'\r', '\n', '.', '\0', 'a'};
  constexpr std::size_t length = 6;
  std::string text(length, 'a');
  for (std::size_t number = 0; number < 15625; ++number) {
    std::size_t rest = number;
    for (char& octet : text) {
      octet = alphabet.at(rest % alphabet.size());
      rest /= alphabet.size();
    }
    for (const BareNewline policy : {BareNewline::reject, BareNewline::pass}) {
      for (std::size_t first = 1; first <= length; ++first) check(text, policy, {first, 1});
      check(text, policy, {2});
    }
  }
}

// A message of whole lines with `odd` at one place.
std::string long_text(std::size_t before, std::string_view odd) {
  std::string text;
  while (text.size() < before) text += "the quick brown fox jumps over the lazy dog. 1234567890\r\n";
  text.resize(before - 1, 'x');
  text.back() = 'x';
  text += odd;
  while (text.size() < before + 1500) text += "..stuffed, and long enough for several blocks of the scanner\r\n";
  return text;
}

TEST(body_scanner, finds_everything_at_every_place_around_block_edges) {
  const std::vector<std::string> oddities = {"\r\n.\r\n",  "\n",          "\r",           std::string(1, '\0'),
                                             "\r\n.\n",    "\n.\r\n",     "\r\n.\rx",     "\r.\r",
                                             "\r\n..\r\n", "\r\n.\r\r\n", "\r\n\r\n.\r\n"};
  for (const std::string& odd : oddities) {
    for (std::size_t before = 500; before < 780; ++before) {
      const std::string text = long_text(before, odd);
      for (const BareNewline policy : {BareNewline::reject, BareNewline::pass}) {
        check(text, policy, {text.size()});
        check(text, policy, {before, 700});
        check(text, policy, {300, 259});
      }
    }
  }
}

TEST(body_scanner, agrees_with_the_slow_reading_on_random_text) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 2000) {
      text.append(random() % 300, 'a');
      constexpr std::array<std::string_view, 6> parts = {"\r\n", "\r\n.", "\r\n..", ".", "\r\n", "\r\n"};
      text += parts.at(random() % parts.size());
      if (random() % 40 == 0) text += "\r\n.\r\n";
      if (random() % 60 == 0) text += "\n";
    }
    check(text, BareNewline::reject, {1 + random() % 900, 1 + random() % 900});
    check(text, BareNewline::pass, {1 + random() % 900, 1 + random() % 900});
  }
}

TEST(body_scanner, takes_nothing_behind_the_end) {
  BodyScanner scanner = BodyScanner::for_data(BareNewline::reject, MessageEnd::forward);
  EXPECT_EQ(scanner.take("a\r\n.\r\nQUIT\r\n"), 6U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::complete);
  EXPECT_EQ(scanner.take("QUIT\r\n"), 0U);
  EXPECT_EQ(scanner.octets(), 6U);
}

TEST(body_scanner, ends_an_empty_message_at_its_first_line) {
  BodyScanner scanner = BodyScanner::for_data(BareNewline::reject, MessageEnd::forward);
  EXPECT_EQ(scanner.take(".\r\n"), 3U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::complete);
}

TEST(body_scanner, holds_the_end_of_data_until_it_is_released) {
  BodyScanner scanner = BodyScanner::for_data(BareNewline::reject, MessageEnd::hold);
  EXPECT_EQ(scanner.take("a\r\n.\r\nQUIT"), 3U);
  EXPECT_TRUE(scanner.holds_end());
  EXPECT_EQ(scanner.take(".\r\nQUIT"), 0U);
  scanner.release_end();
  EXPECT_EQ(scanner.state(), BodyScanner::State::more);
  EXPECT_EQ(scanner.take(".\r\nQUIT"), 3U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::complete);
  EXPECT_FALSE(scanner.holds_end());
}

TEST(body_scanner, holds_the_last_octet_of_a_last_chunk) {
  BodyScanner scanner = BodyScanner::for_chunk(3, MessageEnd::hold);
  EXPECT_EQ(scanner.take("ab"), 2U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::more);
  EXPECT_EQ(scanner.take("cQUIT"), 0U);
  EXPECT_TRUE(scanner.holds_end());
  scanner.release_end();
  EXPECT_EQ(scanner.take("cQUIT"), 1U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::complete);
}

TEST(body_scanner, counts_the_octets_of_a_chunk_and_looks_at_none) {
  BodyScanner scanner = BodyScanner::for_chunk(9, MessageEnd::forward);
  EXPECT_EQ(scanner.take(std::string_view("\n.\n\0", 4)), 4U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::more);
  EXPECT_EQ(scanner.take(".\r\nxyQUIT"), 5U);
  EXPECT_EQ(scanner.state(), BodyScanner::State::complete);
}

TEST(body_scanner, has_nothing_to_scan_in_an_empty_chunk_or_before_any_message) {
  EXPECT_EQ(BodyScanner::for_chunk(0, MessageEnd::hold).state(), BodyScanner::State::complete);
  EXPECT_FALSE(BodyScanner::for_chunk(0, MessageEnd::hold).holds_end());
  BodyScanner none;
  EXPECT_EQ(none.take("text"), 0U);
  none.release_end();
  EXPECT_EQ(none.state(), BodyScanner::State::complete);
}

// CVE-2023-51764, -51765, -51766: whatever a lax backend takes for an end, it is not in what was forwarded.
TEST(smuggling, no_sequence_that_a_lax_backend_ends_a_message_at_passes) {
  for (const std::string_view newline : {"\n", "\r", "\r\n", "\n\r"}) {
    for (const std::string_view second : {"\n", "\r", "\r\r\n", "\n\r"}) {
      std::string text = "text";
      text += newline;
      text += '.';
      text += second;
      text += "MAIL FROM:<smuggled@example>\r\n.\r\n";
      for (std::size_t piece = 1; piece < 9; ++piece) {
        const auto found = scan(BodyScanner::for_data(BareNewline::reject, MessageEnd::forward), text, {piece});
        EXPECT_EQ(found.state, BodyScanner::State::bare_newline);
        EXPECT_TRUE(found.forwarded == "text" || found.forwarded == "text\r\n") << found.forwarded;
      }
    }
  }
}

}  // namespace
}  // namespace smtp
