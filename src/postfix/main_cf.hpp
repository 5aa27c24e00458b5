// main.cf: parameters from its text, from "-o name=value" and from compiled defaults, expanded when asked for. Promises
// the order "-o" before main.cf before default; refuses what Postfix refuses, with the line's number. Reading the file
// is the caller's part.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postfix {

inline constexpr std::size_t main_cf_limit = 1 << 20;  // octets of the file

// One "name = value" and the number of the line it began in.
struct Entry {
  std::string name;
  std::string value;
  unsigned line = 0;
};

// The entries in order. A line that begins with white space continues the one before; comments and empty lines may
// stand between them. Also reads the output of `postconf`.
[[nodiscard]] base::Result<std::vector<Entry>> entries_of(std::string_view text);

class Parameters {
 public:
  // main.cf's text; of a repeated name the last one holds.
  [[nodiscard]] static base::Result<Parameters> read(std::string_view text);

  // "name=value", blanks around both trimmed, as -o has it. Beats main.cf.
  [[nodiscard]] base::Result<void> option(std::string_view text);
  // Beats everything: process_name and the like.
  void force(std::string name, std::string value);
  // What holds when nobody says anything else; an expression like any other value.
  void assume(std::string name, std::string value);

  // The text before expansion; the view lives until the next non-const call.
  [[nodiscard]] std::optional<std::string_view> raw(std::string_view name) const;

  // Expanded; an undefined name is empty.
  [[nodiscard]] base::Result<std::string> value(std::string_view name) const;
  [[nodiscard]] base::Result<bool> boolean(std::string_view name) const;
  [[nodiscard]] base::Result<int> number(std::string_view name, int least = 0) const;
  [[nodiscard]] base::Result<std::chrono::seconds> time(std::string_view name, char unit = 's') const;
  [[nodiscard]] base::Result<std::vector<std::string>> list(std::string_view name) const;

 private:
  using Texts = std::map<std::string, std::string, std::less<>>;
  Texts forced_;
  Texts options_;
  Texts file_;
  Texts defaults_;
};

}  // namespace postfix
