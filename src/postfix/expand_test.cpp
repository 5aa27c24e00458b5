// The $name language, form by form, and texts made to run for ever.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postfix/expand.hpp"

namespace postfix {
namespace {

using testing::HasSubstr;
using Names = std::map<std::string, std::string, std::less<>>;

base::Result<std::string> expanded(std::string_view text, const Names& names) {
  return expand(text, [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = names.find(name);
    if (found == names.end()) return std::nullopt;
    return found->second;
  });
}

const Names example = {
    {"myhostname", "mx.example"},
    {"mydomain", "example"},
    {"empty", ""},
    {"level", "may"},
    {"chain", "$first"},
    {"first", "<$second>"},
    {"second", "${myhostname}"},
    {"compatibility_level", "3.6"},
    {"nine", "9"},
    {"ten", "10"},
    {"blank", "$empty"},
    {"price", "$$5"},
};

using Forms = std::vector<std::pair<const char*, const char*>>;

void expect_values(const Forms& forms) {
  for (const auto& [text, value] : forms) {
    const auto result = expanded(text, example);
    ASSERT_TRUE(result) << text << ": " << result.error().text;
    EXPECT_EQ(*result, value) << text;
  }
}

TEST(Expansion, knows_every_form_of_a_name) {
  expect_values({
      {"", ""},
      {"plain", "plain"},
      {"$myhostname", "mx.example"},
      {"${myhostname}", "mx.example"},
      {"$(myhostname)", "mx.example"},
      {"a$mydomain.b", "aexample.b"},
      {"$mydomain$mydomain", "exampleexample"},
      {"$$mydomain", "$mydomain"},
      {"$price", "$5"},
      {"$unknown", ""},
      {"${unknown}x", "x"},
      {"$chain", "<mx.example>"},
      {"${ myhostname }", "mx.example"},
      {"${level?yes}", "yes"},
      {"${empty?yes}", ""},
      {"${empty:no}", "no"},
      {"${level:no}", ""},
      {"${unknown:no}", "no"},
      {"${blank?yes}", ""},
      {"${blank:no}", "no"},
      {"${level?$mydomain}", "example"},
      {"${level?${mydomain}}", "example"},
      {"$(level?$mydomain)", "example"},
      {"${level? spaces stay }", " spaces stay "},
      {"${level?{t}:{f}}", "t"},
      {"${empty?{t}:{f}}", "f"},
      {"${level ? { t } : { f }}", "t"},
      {"${empty ? { t } : { $mydomain }}", "example"},
      {"${empty?{t}}", ""},
      {"${empty:{f}}", "f"},
      {"${level?{${empty?{a}:{b}}}:{c}}", "b"},
  });
}

TEST(Expansion, knows_every_comparison) {
  expect_values({
      {"${{a} == {a} ? {t} : {f}}", "t"},
      {"${{a}=={b}?{t}:{f}}", "f"},
      {"${{$level} != {may} ? {t} : {f}}", "f"},
      {"${{$nine} < {$ten} ? {t} : {f}}", "t"},  // numbers
      {"${{9x} < {10x} ? {t} : {f}}", "f"},      // text
      {"${{007} == {7} ? {t} : {f}}", "t"},
      {"${{99999999999999999999999} > {9} ? {t} : {f}}", "t"},
      {"${{} == {} ? {t} : {f}}", "t"},
      {"${{10} <= {10} ? {t}}", "t"},
      {"${{11} >= {10} ? {t}}", "t"},
      {"${{1} > {2} ? {t}}", ""},
      {"${{1} > {2} : {f}}", "f"},
      {"${{a} == {a}}", "1"},
      {"${{a} == {b}}", ""},
      {"${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}", "sha256"},
      {"${{3.6} <level {3.10} ? {less} : {more}}", "less"},
      {"${{3.10} >=level {3.6} ? {t}}", "t"},
      {"${{3} ==level {3.0.0} ? {t}}", "t"},
      {"${{2} <=level {3.6} ? {t}}", "t"},
      {"${{3.6} !=level {3.6} ? {t} : {f}}", "f"},
      {"${{3.7} >level {3.6} ? {t} : {f}}", "t"},
      {"${unknown_level?{$unknown_level}:{$level}}", "may"},
  });
}

TEST(Expansion, refuses_what_is_no_expression) {
  for (const std::string_view text : {"$",
                                      "a $",
                                      "$ name",
                                      "$-",
                                      "${",
                                      "${name",
                                      "$(name",
                                      "${}",
                                      "$()",
                                      "${?x}",
                                      "${a b}",
                                      "${a!b}",
                                      "${level?{t}:{f}x}",
                                      "${level?{t}x}",
                                      "${level?{t}:f}",
                                      "${level:{t}x}",
                                      "${{a} = {b}}",
                                      "${{a}}",
                                      "${{a} == }",
                                      "${{a} == {b}",
                                      "${{a} == b}",
                                      "${{a} == {b} x}",
                                      "${{x} <level {3.6}}",
                                      "${{3.6} <level {3.6.1.1}}",
                                      "${{} <level {1}}",
                                      "${domain_to_utf8{x}}"}) {
    EXPECT_FALSE(expanded(text, example)) << text;
  }
  EXPECT_THAT(expanded("${domain_to_utf8{x}}", example).error().text, HasSubstr("no function domain_to_utf8"));
}

TEST(Expansion, only_the_chosen_branch_is_expanded) {
  EXPECT_EQ(expanded("${level?{t}:{$}}", example).value(), "t");
  EXPECT_FALSE(expanded("${level?{$}:{f}}", example));
}

TEST(Expansion, a_loop_is_found) {
  const Names loops = {{"a", "$b"}, {"b", "${a}"}, {"self", "x$self"}, {"cond", "${cond?{x}:{y}}"}};
  for (const std::string_view text : {"$a", "$self", "${a?x}", "${{$a} == {1}}", "$cond"}) {
    const auto result = expanded(text, loops);
    ASSERT_FALSE(result) << text;
    EXPECT_THAT(result.error().text, HasSubstr("macro processing error"));
  }
}

TEST(Expansion, a_hundred_levels_are_allowed) {
  Names chain = {{"v0", "end"}};
  for (int i = 1; i <= 150; ++i) chain["v" + std::to_string(i)] = "$v" + std::to_string(i - 1);
  EXPECT_EQ(expanded("$v99", chain).value(), "end");
  EXPECT_FALSE(expanded("$v100", chain));
}

TEST(Expansion, doubling_names_end_at_a_limit_of_size_or_steps) {
  Names doubling = {{"v0", "0123456789"}};
  Names silent = {{"v0", ""}};
  for (int i = 1; i < 90; ++i) {
    const std::string before = "$v" + std::to_string(i - 1);
    doubling["v" + std::to_string(i)] = silent["v" + std::to_string(i)] = before + before;
  }
  EXPECT_FALSE(expanded("$v89", doubling));
  EXPECT_FALSE(expanded("$v89", silent));
  EXPECT_EQ(expanded("$v10", doubling).value().size(), 10240U);
}

TEST(Expansion, deep_brackets_are_no_danger) {
  EXPECT_FALSE(expanded(std::string(100000, '{').insert(0, "$"), example));
  std::string nested = "x";
  for (int i = 0; i < 200; ++i) nested = "${level?" + nested + "}";
  EXPECT_FALSE(expanded(nested, example));
}

}  // namespace
}  // namespace postfix
