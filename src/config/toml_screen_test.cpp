// What reaches the TOML parser, and where the rest is said to be.

#include "config/toml_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace config {
namespace {

struct Case {
  const char* text;
  std::size_t line;  // 0: passes
  std::size_t column;
};

class Screen : public testing::TestWithParam<Case> {};

TEST_P(Screen, passes_or_names_the_place) {
  const Case& expected = GetParam();
  const auto stray = first_stray(expected.text);
  ASSERT_EQ(stray.has_value(), expected.line > 0) << expected.text;
  if (!stray) return;
  EXPECT_EQ(stray->line, expected.line) << expected.text;
  EXPECT_EQ(stray->column, expected.column) << expected.text;
  EXPECT_FALSE(stray->why.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, Screen,
    testing::Values(Case{"x = 0\"\xC7\xBD\"", 1, 6}, Case{"a'b' = 1", 1, 2}, Case{"a = \"\"\"", 1, 5},
                    Case{"a.\"b\".'c' = [\"d\",'e', {\"f\"=\"g\"}]", 0, 0}, Case{"x = \"a\"\"b\"", 1, 8},
                    Case{"", 0, 0}, Case{"a = 'ü' # ü\n\"ü\" = 1", 0, 0}, Case{"\xEF\xBB\xBFü = 1", 1, 1},
                    Case{"ä = 1", 1, 1}, Case{"a = ü", 1, 5}, Case{"a = \"ü\" ü", 1, 9}, Case{"a = \"\\\"ü\" ü", 1, 11},
                    Case{"a = 'x\\' ü", 1, 10}, Case{"# \"\nü", 2, 1}, Case{"a = \"open\nü", 2, 1},
                    Case{"a = \"open\\\nü", 2, 1}, Case{"a = \"\"\"x\"\"\"", 1, 5}, Case{"b = 1\na = '''", 2, 5},
                    Case{"a = \"'''\"", 0, 0}, Case{"a = \"\" # \"\"\"", 0, 0}, Case{"a = \"\\", 0, 0}));

}  // namespace
}  // namespace config
