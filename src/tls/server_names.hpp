// Server names (SNI, RFC 6066 §3) and the certificates that have them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tls {

// `text` in lower case and without a dot at its end, if it is a host name: letters, digits, hyphen, underscore and dots
// between labels, at most 253 octets. Nothing else comes through: names become keys, log fields and environment
// variables (threat 37).
[[nodiscard]] std::optional<std::string> host_name(std::string_view text);

// Which of several things a name belongs to. Exact names go before wildcards, earlier entries before later ones.
class NameTable {
 public:
  // A host name, one with "*" as its whole first label (RFC 6125 §6.4.3), or ".example.com" for all names below; others
  // are not entered.
  void add(std::string_view name, std::size_t index);

  // `name` as host_name() gives it. A wildcard stands for exactly one label. Of domains the longest counts.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

 private:
  using Table = std::map<std::string, std::size_t, std::less<>>;
  Table exact_;
  Table wildcards_;  // without "*."
  Table domains_;    // without the dot in front
};

}  // namespace tls
