// Names of tables, and tables that stand in their name.
#include <gmock/gmock.h>

#include "postfix/maps.hpp"

namespace postfix {
namespace {

std::string maps(std::string_view value) {
  const auto found = maps_of(value);
  if (!found) return found.error().text;
  std::string text;
  for (const MapName& each : *found) text += "[" + each.type + "|" + each.name + "]";
  return text;
}

std::string entries(std::string_view value) {
  const auto found = inline_entries(value);
  if (!found) return found.error().text;
  std::string text;
  for (const MapEntry& each : *found) text += "[" + each.key + "|" + each.value + "]";
  return text;
}

TEST(Maps, are_cut_at_commas_and_blanks_outside_of_braces) {
  EXPECT_EQ(maps(""), "");
  EXPECT_EQ(maps("hash:/etc/postfix/sni"), "[hash|/etc/postfix/sni]");
  EXPECT_EQ(maps("hash:/a, inline:{ {a = b, c} } cdb:/d"), "[hash|/a][inline|{ {a = b, c} }][cdb|/d]");
}

TEST(Maps, without_a_type_are_refused) {
  EXPECT_EQ(maps("/etc/sni"), "expecting \"type:name\" form instead of \"/etc/sni\"");
  EXPECT_EQ(maps("/etc/a:b"), "expecting \"type:name\" form instead of \"/etc/a:b\"");
  EXPECT_EQ(maps("inline:{"), "unbalanced braces in \"inline:{\"");
  EXPECT_EQ(maps("inline:}"), "unbalanced braces in \"inline:}\"");
}

TEST(Maps, inline_tables_have_pairs_with_and_without_braces) {
  EXPECT_EQ(entries("{ {a.example = /x.pem, /y.pem} }"), "[a.example|/x.pem, /y.pem]");
  EXPECT_EQ(entries("{ a=b, {c = d} }"), "[a|b][c|d]");
  EXPECT_EQ(entries("{ {a = x = y} }"), "[a|x = y]");
  EXPECT_EQ(entries("{}"), "");
}

TEST(Maps, an_element_that_is_no_pair_is_told) {
  EXPECT_EQ(entries("{ a }"), "not \"key = value\": \"a\"");
  EXPECT_EQ(entries("{ {= b} }"), "not \"key = value\": \"= b\"");
}

TEST(Maps, listings_are_lines_with_a_tab) {
  const auto found = listed_entries("a.example\t/x.pem /y.pem\nnonsense\n\tvalue\n.b.example\tLS0t\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "a.example");
  EXPECT_EQ(found[0].value, "/x.pem /y.pem");
  EXPECT_EQ(found[1].key, ".b.example");
}

}  // namespace
}  // namespace postfix
