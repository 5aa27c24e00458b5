// The command line of the helpers: single letters, clustered ("-vnf cert"), arguments glued or in the next word, acted
// on from left to right, until the first word without "-" or a lone "-" or "--"; what follows is the program.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace config {

struct Letter {
  char name = ' ';
  bool takes_argument = false;
  std::function<base::Result<void>(std::string_view)> act;  // the argument, empty for letters without one
  std::string word = {};                                    // instead of a letter: "--word ARGUMENT"
};

// The words of the program. An error without text: the usage is to be shown (unknown letter, missing argument); one
// with text: the fault of an option's value.
[[nodiscard]] base::Result<std::vector<std::string>> read_letters(const std::vector<std::string>& words,
                                                                  const std::vector<Letter>& letters);

// A letter that only sets something.
[[nodiscard]] Letter flag(char name, std::function<void()> set);

// -q, -Q and -v: 0, 1, and one more each time.
void add_verbosity(std::vector<Letter>& letters, int& verbosity);

// Whole seconds, 1 to 86400, decimal without leading zeros; a sign "+" is allowed.
[[nodiscard]] base::Result<std::chrono::seconds> helper_seconds(char letter, std::string_view text);

// A letter whose value is a number of seconds, or any text.
[[nodiscard]] Letter seconds_letter(char name, std::function<void(std::chrono::seconds)> set);
[[nodiscard]] Letter text_letter(char name, std::string& into);

// "--name ARGUMENT", any text.
[[nodiscard]] Letter word(std::string name, std::string& into);

// An error for a word that is none of `known`: names them.
[[nodiscard]] tl::unexpected<base::Error> unknown_word(char letter, std::string_view word, std::string_view known);

}  // namespace config
