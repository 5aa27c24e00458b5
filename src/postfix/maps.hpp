// Table names in main.cf values ("hash:/etc/postfix/sni, inline:{ {a.example = /x.pem} }") and the tables that stand in
// the value itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postfix {

struct MapName {
  std::string type;
  std::string name;  // what follows the first colon, braces included
};

// In their order. Fails, in Postfix's words, for one without a type, and for braces that do not fit.
[[nodiscard]] base::Result<std::vector<MapName>> maps_of(std::string_view value);

struct MapEntry {
  std::string key;
  std::string value;
};

// "{ {key = value with blanks} key=value }" of an inline table. Fails for what is no pair.
[[nodiscard]] base::Result<std::vector<MapEntry>> inline_entries(std::string_view text);

// "key TAB value" lines, as `postmap -s` prints a table; lines without a tab are left out.
[[nodiscard]] std::vector<MapEntry> listed_entries(std::string_view text);

}  // namespace postfix
