// Facts as text for log lines: bounded and printable whatever the peer sent.
#include "tls/facts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "tls/failure.hpp"

namespace tls {
namespace {

constexpr std::size_t longest_text = 400;
// So that the name behind them is not cut off.
constexpr std::size_t most_ciphers_shown = 32;
constexpr std::size_t most_groups_shown = 12;

std::string listed(const std::vector<std::uint16_t>& numbers, std::size_t most) {
  const auto end = numbers.begin() + static_cast<std::ptrdiff_t>(std::min(most, numbers.size()));
  return fmt::format("{:04x}{}", fmt::join(numbers.begin(), end, ","), end != numbers.end() ? ",..." : "");
}

}  // namespace

std::string Failure::text() const {
  if (reason == FailReason::client_alert) return fmt::format("client_alert:{}", alert);
  return std::string(name_of(reason));
}

std::string HelloFacts::text() const {
  if (!seen) return {};
  std::string text = fmt::format("{}", fmt::join(versions, ","));
  if (!ciphers.empty()) text += " ciphers=" + listed(ciphers, most_ciphers_shown);
  if (!groups.empty()) text += " groups=" + listed(groups, most_groups_shown);
  if (!sni.empty()) text += " sni=" + base::escaped(sni);
  if (text.size() > longest_text) text.resize(longest_text);
  return text;
}

std::string Facts::key_exchange() const {
  if (group.rfind("ffdhe", 0) == 0) return fmt::format("DHE ({} bits)", group.substr(5));
  const bool named_curve = group.rfind("prime", 0) == 0 || group.rfind("secp", 0) == 0;
  return named_curve ? fmt::format("ECDHE ({})", group) : group;
}

}  // namespace tls
