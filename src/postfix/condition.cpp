// Comparisons, reduced to -1, 0, 1 and then looked at.
#include "postfix/condition.hpp"

#include <array>

#include "base/text.hpp"

namespace postfix {
namespace {

struct Spelling {
  std::string_view text;
  Relation relation;
};

// Longer ones first.
constexpr Spelling spellings[] = {
    {"==", Relation::equal},         {"!=", Relation::not_equal},
    {"<=", Relation::less_or_equal}, {">=", Relation::greater_or_equal},
    {"<", Relation::less},           {">", Relation::greater},
};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

int sign(int value) {
  return value < 0 ? -1 : (value > 0 ? 1 : 0);
}

// Of any length: without leading zeros the longer number is the bigger one.
int compare_numbers(std::string_view left, std::string_view right) {
  left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
  right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return sign(left.compare(right));
}

// "3.6", "3.6.1", "2": up to three numbers, missing ones are 0.
std::optional<std::array<int, 3>> level_of(std::string_view text) {
  std::array<int, 3> level{};
  const auto parts = base::split(base::trimmed(text), '.');
  if (parts.size() > level.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!all_digits(parts[i]) || parts[i].size() > 6) return std::nullopt;
    level[i] = *base::number<int>(parts[i]);
  }
  return level;
}

bool is(Relation relation, int order) {
  switch (relation) {
    case Relation::equal:
      return order == 0;
    case Relation::not_equal:
      return order != 0;
    case Relation::less:
      return order < 0;
    case Relation::less_or_equal:
      return order <= 0;
    case Relation::greater:
      return order > 0;
    case Relation::greater_or_equal:
      return order >= 0;
  }
  return false;
}

}  // namespace

std::optional<Comparison> take_operator(std::string_view& rest) {
  for (const Spelling& spelling : spellings) {
    if (!rest.starts_with(spelling.text)) continue;
    rest.remove_prefix(spelling.text.size());
    const bool levels = rest.starts_with("level");
    if (levels) rest.remove_prefix(5);
    return Comparison{spelling.relation, levels};
  }
  return std::nullopt;
}

base::Result<bool> holds(std::string_view left, Comparison comparison, std::string_view right) {
  if (comparison.levels) {
    const auto a = level_of(left);
    const auto b = level_of(right);
    if (!a || !b) return base::fail("bad compatibility level: {}", base::escaped(a ? right : left, 80));
    return is(comparison.relation, *a < *b ? -1 : (*a > *b ? 1 : 0));
  }
  const bool numbers = all_digits(left) && all_digits(right);
  return is(comparison.relation, numbers ? compare_numbers(left, right) : sign(left.compare(right)));
}

}  // namespace postfix
