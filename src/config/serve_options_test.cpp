// The table is whole, and the manual pages and the example say what it says.

#include "config/serve_options.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/help.hpp"
#include "config/load.hpp"
#include "config/reading.hpp"
#include "config/scratch_folder.hpp"
#include "config/sources.hpp"
#include "config/tool_options.hpp"

namespace config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string without_backslashes(std::string text) {
  std::erase(text, '\\');
  return text;
}

// With one blank for each run of blanks and line ends.
std::string joined(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || !result.ends_with(' ')) result += blank ? ' ' : c;
  }
  return result;
}

std::vector<Shape> all_shapes() {
  return shapes_of(serve_options());
}

// A line of the example that is switched off by # without a space behind it.
std::vector<std::string> switched_off(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') lines.emplace_back(line.substr(1));
  }
  return lines;
}

TEST(ServeOptions, have_flag_key_help_and_a_default_or_what_holds_without) {
  for (const Shape& shape : all_shapes()) {
    SCOPED_TRACE(name_of(shape));
    EXPECT_TRUE(!shape.flag.empty() || shape.key == "program");
    EXPECT_TRUE(!shape.key.empty() || shape.flag == "config");
    EXPECT_FALSE(shape.help.empty());
    EXPECT_FALSE(shape.group.empty());
    EXPECT_NE(shape.standard.empty(), shape.unset.empty());
    EXPECT_TRUE(shape.kind == Kind::toggle || !shape.argument.empty());
    EXPECT_EQ(shape.kind == Kind::choice, !shape.words.empty());
  }
}

TEST(ServeOptions, have_each_name_once) {
  std::multiset<std::string> flags;
  std::multiset<std::string> keys;
  std::multiset<std::string> variables;
  for (const Shape& shape : all_shapes()) {
    flags.insert(shape.flag);
    keys.insert(shape.key);
    variables.insert(variable_of(shape));
  }
  for (const Shape& shape : all_shapes()) {
    EXPECT_EQ(flags.count(shape.flag), 1U) << shape.flag;
    EXPECT_EQ(keys.count(shape.key), 1U) << shape.key;
    EXPECT_EQ(variables.count(variable_of(shape)), 1U) << shape.flag;
  }
}

TEST(ServeOptions, no_key_is_also_a_table) {
  for (const Shape& shape : all_shapes()) {
    for (const Shape& other : all_shapes()) {
      EXPECT_FALSE(!shape.key.empty() && other.key.starts_with(shape.key + ".")) << shape.key << ' ' << other.key;
    }
  }
}

TEST(ServeOptions, defaults_can_be_stored) {
  Draft draft;
  Applied applied;
  apply(serve_options(), read_defaults(all_shapes()), draft, applied);
  EXPECT_THAT(applied.faults, testing::IsEmpty());
}

TEST(Help, has_every_flag_and_no_line_is_too_wide) {
  const std::string text = serve_help();
  const std::string unwrapped = joined(text);
  for (const Shape& shape : all_shapes()) {
    EXPECT_THAT(text, HasSubstr(shape.flag.empty() ? "-- PROGRAM" : "  --" + shape.flag));
    EXPECT_THAT(unwrapped, HasSubstr(shape.help));
  }
  for (const std::string_view line : base::split(text, '\n')) EXPECT_LE(line.size(), 110U) << line;
}

TEST(ManualPage, of_the_program_has_every_flag_of_every_command) {
  const std::string page = without_backslashes(source_text("man/ehlock.8.scd"));
  ASSERT_FALSE(page.empty()) << "EHLOCK_SOURCE must name the source tree";
  auto shapes = all_shapes();
  for (const Shape& shape : shapes_of(sink_options())) shapes.push_back(shape);
  for (const Shape& shape : shapes_of(send_options())) shapes.push_back(shape);
  for (const Shape& shape : shapes_of(run_options())) shapes.push_back(shape);
  for (const Shape& shape : shapes) {
    EXPECT_THAT(page, HasSubstr(shape.flag.empty() ? "*--* _PROGRAM_" : "*--" + shape.flag + "*"));
    for (const std::string& word : shape.words) EXPECT_THAT(page, HasSubstr(word)) << shape.flag;
  }
}

TEST(ManualPage, of_the_file_has_every_key_with_its_default) {
  const std::string page = without_backslashes(source_text("man/ehlock.toml.5.scd"));
  ASSERT_FALSE(page.empty());
  for (const Shape& shape : all_shapes()) {
    if (shape.key.empty()) continue;
    EXPECT_THAT(page, HasSubstr("\n*" + shape.key + "* = "));
    if (shape.standard.empty()) continue;
    const std::size_t entry = page.find("\n*" + shape.key + "* = ");
    const std::string line = page.substr(entry + 1, page.find('\n', entry + 1) - entry - 1);
    EXPECT_THAT(line, HasSubstr("(default " + shape.standard + ")"));
  }
}

TEST(ManualPage, of_the_file_has_every_key_of_a_rule_and_names_those_of_a_policy) {
  const std::string page = without_backslashes(source_text("man/ehlock.toml.5.scd"));
  for (const Shape& shape : shapes_of(rule_options())) EXPECT_THAT(page, HasSubstr("\n*" + shape.key + "* = "));
  for (const Shape& shape : all_shapes()) {
    if (policy_key(shape).empty()) continue;
    EXPECT_THAT(page, HasSubstr("_" + policy_key(shape) + "_")) << shape.key;
  }
}

TEST(ManualPages, name_no_key_that_is_not_there) {
  std::set<std::string> known;
  for (const Shape& shape : all_shapes()) known.insert(shape.key);
  for (const Shape& shape : shapes_of(rule_options())) known.insert(shape.key);
  const std::string text = source_text("man/ehlock.toml.5.scd");
  for (const std::string_view line : base::split(text, '\n')) {
    const std::size_t end = line.find("* = ");
    if (!line.starts_with('*') || end == std::string_view::npos) continue;
    EXPECT_TRUE(known.contains(without_backslashes(std::string(line.substr(1, end - 1))))) << line;
  }
}

TEST(Example, can_be_loaded_as_it_is) {
  const auto loaded = load_text(source_text("examples/ehlock.toml"), "examples/ehlock.toml", {});
  EXPECT_TRUE(loaded) << loaded.error().text;
}

TEST(Example, shows_a_policy_and_a_rule_with_all_of_their_keys) {
  std::set<std::string> seen;
  bool policy = false;
  for (const std::string& line : switched_off(source_text("examples/ehlock.toml"))) {
    const Reading reading = read_toml(all_shapes(), line, line);
    for (const Section& section : reading.sections) {
      policy = policy || !section.rule;
      if (!section.rule) continue;
      for (const Assignment& each : section.assignments) seen.insert(rule_options()[each.option].shape.key);
    }
  }
  EXPECT_TRUE(policy);
  EXPECT_EQ(seen.size(), rule_options().size());
}

TEST(Example, has_every_key_and_the_defaults_of_those_that_are_switched_off) {
  const std::string text = source_text("examples/ehlock.toml");
  ASSERT_FALSE(text.empty());
  const auto shapes = all_shapes();
  std::set<std::string> seen;
  for (const std::string& line : switched_off(text)) {
    const Reading reading = read_toml(shapes, line, line);
    EXPECT_THAT(reading.faults, testing::IsEmpty());
    Draft draft;
    Applied applied;
    apply(serve_options(), reading, draft, applied);
    EXPECT_THAT(applied.faults, testing::IsEmpty());
    for (const Assignment& assignment : reading.assignments) {
      const Shape& shape = shapes[assignment.option];
      seen.insert(shape.key);
      std::vector<std::string> words;
      for (const Word& word : assignment.words) words.push_back(word.text);
      EXPECT_TRUE(shape.standard.empty() || fmt::format("{}", fmt::join(words, ", ")) == shape.standard) << line;
    }
  }
  for (const Assignment& assignment : read_toml(shapes, text, "example").assignments) {
    seen.insert(shapes[assignment.option].key);
  }
  for (const Shape& shape : shapes) EXPECT_TRUE(shape.key.empty() || seen.contains(shape.key)) << shape.key;
}

}  // namespace
}  // namespace config
