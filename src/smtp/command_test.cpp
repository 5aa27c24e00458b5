// Verbs, paths, parameters and chunk sizes.

#include "smtp/command.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace smtp {
namespace {

TEST(command, is_matched_whole_and_without_case) {
  EXPECT_EQ(parse_command("EHLO x").verb, Verb::ehlo);
  EXPECT_EQ(parse_command("eHlO").verb, Verb::ehlo);
  EXPECT_EQ(parse_command("EHLOX").verb, Verb::unknown);
  EXPECT_EQ(parse_command("EHL").verb, Verb::unknown);
  EXPECT_EQ(parse_command("").verb, Verb::unknown);
  EXPECT_EQ(parse_command("STARTTLS").verb, Verb::starttls);
  EXPECT_EQ(parse_command("MAIL FROM:<>").argument, "FROM:<>");
  EXPECT_EQ(parse_command("NOOP  a b \t").argument, "a b");
}

// A backend may strip and split at any white space, and end strings at NUL: no such spelling is another command here.
TEST(command, is_not_disguised_by_white_space_or_nul) {
  EXPECT_EQ(parse_command(" AUTH PLAIN").verb, Verb::auth);
  EXPECT_EQ(parse_command("AUTH\tPLAIN").verb, Verb::auth);
  EXPECT_EQ(parse_command("\v\fXCLIENT\vADDR=1").verb, Verb::xclient);
  EXPECT_EQ(parse_command(std::string_view("STARTTLS\0x", 10)).verb, Verb::starttls);
}

TEST(command, of_auth_shows_no_initial_response) {
  const Command command = parse_command("AUTH PLAIN AHVzZXIAcGFzc3dvcmQ=");
  EXPECT_EQ(command.verb, Verb::auth);
  EXPECT_EQ(command.argument, "PLAIN");
}

TEST(command, has_a_name_for_each_verb) {
  for (std::size_t i = 0; i < verb_count; ++i) EXPECT_FALSE(name_of(static_cast<Verb>(i)).empty());
  EXPECT_EQ(name_of(Verb::unknown), "unknown");
  EXPECT_EQ(name_of(Verb::uncarried), "uncarried");
  EXPECT_EQ(static_cast<std::size_t>(Verb::unknown) + 1, verb_count);
}

struct PathCase {
  std::string_view argument;
  std::string_view mailbox;
  std::string_view parameters;
};

TEST(path, is_found_in_its_many_forms) {
  const PathCase cases[] = {
      {"FROM:<a@example>", "a@example", ""},
      {"from:<a@example> SIZE=1", "a@example", "SIZE=1"},
      {"FROM : <a@example>  SIZE=1 ", "a@example", "SIZE=1"},
      {"FROM:<>", "", ""},
      {"FROM:<> BODY=8BITMIME", "", "BODY=8BITMIME"},
      {"FROM:<\"a>b\"@example> X", "\"a>b\"@example", "X"},
      {"FROM:<\"a\\\">b c\"@example> X", "\"a\\\">b c\"@example", "X"},
      {"FROM:<@one.example,@two.example:a@example>", "a@example", ""},
      {"FROM:<@[IPv6:::1]:a@example>", "a@example", ""},
      {"FROM:<@broken>", "@broken", ""},
      {"FROM:a@example SIZE=1", "a@example", "SIZE=1"},
      {"FROM:\"a b\"@example SIZE=1", "\"a b\"@example", "SIZE=1"},
      {"FROM:<Postmaster>", "Postmaster", ""},
  };
  for (const PathCase& wanted : cases) {
    const auto path = parse_path(wanted.argument, "FROM");
    ASSERT_TRUE(path) << wanted.argument;
    EXPECT_EQ(path->mailbox, wanted.mailbox);
    EXPECT_EQ(path->parameters, wanted.parameters);
  }
}

TEST(path, is_not_found_where_there_is_none) {
  for (const std::string_view argument :
       {"", "FROM", "FROM:", "FROM: ", "FROM<a@example>", "TO:<a@example>", "FROM:<a@example", "FROM:<\"a>@example",
        "FROM:<a@example>SIZE=1", "FROM:<\"a\\"}) {
    EXPECT_FALSE(parse_path(argument, "FROM")) << argument;
  }
}

TEST(parameter, is_found_by_its_whole_name) {
  EXPECT_EQ(parameter("SIZE=10 body=8BITMIME SMTPUTF8", "size"), "10");
  EXPECT_EQ(parameter("SIZE=10 body=8BITMIME SMTPUTF8", "BODY"), "8BITMIME");
  EXPECT_EQ(parameter("SIZE=10 body=8BITMIME SMTPUTF8", "SMTPUTF8"), "");
  EXPECT_EQ(parameter("SIZES=10 XSIZE=2", "SIZE"), std::nullopt);
  EXPECT_EQ(parameter("", "SIZE"), std::nullopt);
}

void expect_chunk(std::string_view argument, Chunk::Kind kind, std::uint64_t size, bool last) {
  const Chunk chunk = parse_chunk(argument);
  EXPECT_EQ(chunk.kind, kind) << argument;
  EXPECT_EQ(chunk.size, size) << argument;
  EXPECT_EQ(chunk.last, last) << argument;
}

TEST(chunk, has_a_size_and_may_be_the_last) {
  expect_chunk("0 LAST", Chunk::Kind::good, 0, true);
  expect_chunk("1000", Chunk::Kind::good, 1000, false);
  expect_chunk("86 last", Chunk::Kind::good, 86, true);
  expect_chunk("2147483647", Chunk::Kind::good, 2147483647, false);
  expect_chunk("0010", Chunk::Kind::good, 10, false);
}

// CVE-2017-16943 and its like began with sizes that were read differently.
TEST(chunk, of_a_size_that_can_be_read_in_two_ways_is_refused) {
  expect_chunk("2147483648", Chunk::Kind::too_large, 0, false);
  expect_chunk("18446744073709551616 LAST", Chunk::Kind::too_large, 0, true);
  expect_chunk("99999999999999999999999999", Chunk::Kind::too_large, 0, false);
  for (const std::string_view argument :
       {"", "LAST", "-1", "+1", "0x10", "1e3", "10LAST", "10 LASTX", "10 LAST LAST", "10 20", "1 0"}) {
    expect_chunk(argument, Chunk::Kind::malformed, 0, false);
  }
}

TEST(withheld_keywords, name_what_never_passes) {
  const auto& keywords = withheld_keywords();
  for (const std::string_view wanted : {"xclient", "xforward", "burl", "atrn", "xexch50"}) {
    EXPECT_NE(std::find(keywords.begin(), keywords.end(), wanted), keywords.end()) << wanted;
  }
  EXPECT_EQ(std::find(keywords.begin(), keywords.end(), "help"), keywords.end());
}

}  // namespace
}  // namespace smtp
