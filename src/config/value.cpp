// Text to values. Strict: a number without unit where time is meant is refused, because seconds and minutes are
// confused too easily.

#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 3> times{{{"s", 1}, {"m", 60}, {"h", 3600}}};
constexpr std::array<Unit, 2> short_times{{{"ms", 1}, {"s", 1000}}};
constexpr std::array<Unit, 4> long_times{{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
constexpr std::array<Unit, 5> octets{{{"", 1}, {"k", 1024}, {"kib", 1024}, {"m", 1048576}, {"mib", 1048576}}};

// NUMBER UNIT with a unit of `units`; nothing for other text and for more than a million units.
template <typename Units>
std::optional<std::uint64_t> measured(std::string_view text, const Units& units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto amount = base::number<std::uint64_t>(text.substr(0, digits));
  const std::string name = base::lowered(base::trimmed(text.substr(digits)));
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (!amount || unit == units.end() || *amount > 1'000'000'000) return std::nullopt;
  return *amount * unit->factor;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

base::Result<std::chrono::seconds> duration(std::string_view text) {
  const auto value = measured(text, times);
  if (!value) return base::fail("a time is a number with a unit, like \"30s\", \"5m\" or \"1h\"");
  if (*value < 1 || *value > 86400) return base::fail("a time must be from 1s to 24h");
  return std::chrono::seconds(*value);
}

base::Result<std::chrono::seconds> long_duration(std::string_view text) {
  const auto value = measured(text, long_times);
  if (!value) return base::fail("a time is a number with a unit, like \"5m\", \"48h\" or \"35d\"");
  if (*value < 1 || *value > std::uint64_t{366} * 86400) return base::fail("a time must be from 1s to 366d");
  return std::chrono::seconds(*value);
}

base::Result<std::chrono::milliseconds> short_duration(std::string_view text) {
  const auto value = measured(text, short_times);
  if (!value) return base::fail("a short time is a number with a unit, like \"200ms\" or \"1s\"");
  if (*value < 1 || *value > 10'000) return base::fail("a short time must be from 1ms to 10s");
  return std::chrono::milliseconds(*value);
}

base::Result<std::string> key_prefix(std::string_view text) {
  const bool fits = printable(text) && text.size() <= 64 && text.find_first_of("{}") == std::string_view::npos;
  if (!fits) return base::fail("must be at most 64 printable characters without blanks and braces");
  return std::string(text);
}

base::Result<admission::Rate> rate(std::string_view text) {
  constexpr std::size_t very_many = 1'000'000;
  const auto slash = text.find('/');
  const auto amount = base::number<std::size_t>(text.substr(0, slash));
  const auto period = duration(slash == std::string_view::npos ? "" : text.substr(slash + 1));
  if (amount && period && *amount >= 1 && *amount <= very_many) return admission::Rate{*amount, *period};
  return base::fail("a rate is a number and a time, like \"30/1m\" or \"100/1h\"");
}

base::Result<bool> toggle(std::string_view text) {
  const std::string word = base::lowered(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return base::fail("must be true or false");
}

CountParser count(std::size_t least, std::size_t most) {
  return [least, most](std::string_view text) -> base::Result<std::size_t> {
    const auto value = base::number<std::size_t>(text);
    if (!value || *value < least || *value > most) return base::fail("must be a number from {} to {}", least, most);
    return *value;
  };
}

CountParser size(std::size_t least, std::size_t most) {
  return [least, most](std::string_view text) -> base::Result<std::size_t> {
    const auto value = measured(text, octets);
    if (!value || *value < least || *value > most) {
      return base::fail("must be octets from {} to {}, like \"2048\", \"64KiB\" or \"1MiB\"", least, most);
    }
    return static_cast<std::size_t>(*value);
  };
}

base::Result<os::Endpoint> listening(std::string_view text) {
  auto endpoint = os::Endpoint::parse(text);
  if (!endpoint) return base::fail("must be HOST:PORT, [IPv6]:PORT, :PORT or unix:/PATH ({})", endpoint.error().text);
  return endpoint;
}

base::Result<os::Endpoint> destination(std::string_view text) {
  auto endpoint = os::Endpoint::parse(text);
  if (!endpoint) return base::fail("must be HOST:PORT, [IPv6]:PORT or unix:/PATH ({})", endpoint.error().text);
  if (endpoint->is_unix()) return endpoint;
  if (endpoint->host.empty()) return base::fail("the host is missing: HOST:PORT, [IPv6]:PORT or unix:/PATH");
  if (endpoint->port == 0) return base::fail("port 0 cannot be connected to");
  return endpoint;
}

base::Result<os::Network> network(std::string_view text) {
  auto parsed = os::Network::parse(text);
  if (!parsed) return base::fail("must be ADDRESS/BITS, an address, or unix ({})", parsed.error().text);
  return parsed;
}

base::Result<std::string> banner(std::string_view text) {
  const bool fits = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
  if (text.empty() || text.size() > 200 || !fits) {
    return base::fail("must be 1 to 200 printable ASCII characters; our name first");
  }
  return std::string(text);
}

base::Result<std::string> fingerprint(std::string_view text) {
  std::string digits = base::lowered(text);
  std::erase(digits, ':');
  constexpr std::size_t size = 64;
  if (digits.size() == size && digits.find_first_not_of("0123456789abcdef") == std::string::npos) return digits;
  return base::fail("must be the SHA-256 of a public key, {} hexadecimal digits, with or without colons", size);
}

base::Result<std::string> plain(std::string_view text) {
  if (text.empty()) return base::fail("must not be empty");
  return std::string(text);
}

base::Result<std::string> absolute_path(std::string_view text) {
  if (!text.starts_with('/')) return base::fail("must be a path that begins with /");
  return std::string(text);
}

base::Result<std::string> socket_path(std::string_view text) {
  constexpr std::string_view prefix = "unix:";
  if (!text.starts_with(prefix)) return base::fail("must be unix:/PATH");
  return absolute_path(text.substr(prefix.size()));
}

base::Result<std::string> host_name(std::string_view text) {
  if (text.empty() || text.size() > 255 || !printable(text)) {
    return base::fail("must be a host's name: 1 to 255 printable ASCII characters without spaces");
  }
  return std::string(text);
}

base::Result<std::string> mailbox(std::string_view text) {
  if (text == "<>") return std::string();
  if (text.size() > 254 || !printable(text) || text.find_first_of("<>") != std::string_view::npos) {
    return base::fail("must be a mail address without <> and spaces, at most 254 octets");
  }
  return std::string(text);
}

}  // namespace config
