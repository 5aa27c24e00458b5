// mail_version taken apart.
#include "postfix/version.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.hpp"

namespace postfix {
namespace {

constexpr std::size_t text_limit = 100;

bool all_digits(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

base::Result<Version> Version::parse(std::string_view text) {
  const auto refused = [&] { return base::fail("{}: not a Postfix version", base::escaped(text, 80)); };
  if (text.size() > text_limit) return refused();
  const auto parts = base::split(text, '-');
  const auto numbers = base::split(parts[0], '.');
  if (numbers.size() < 2 || numbers.size() > 3) return refused();
  std::array<int, 3> values{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!all_digits(numbers[i], 4)) return refused();
    values[i] = *base::number<int>(numbers[i]);
  }
  Version version{values[0], values[1], values[2], 0};
  if (parts.size() > 1 && parts[1].size() == 8 && all_digits(parts[1], 8))
    version.snapshot = *base::number<int>(parts[1]);
  return version;
}

bool Version::at_least(int wanted_major, int wanted_minor, int wanted_patch) const {
  return std::tuple(major_number, minor_number, patch) >= std::tuple(wanted_major, wanted_minor, wanted_patch);
}

}  // namespace postfix
