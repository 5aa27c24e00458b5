#include "config/helper_letters.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace config {
namespace {

constexpr int longest = 86400;

const Letter* find(const std::vector<Letter>& letters, char name) {
  const auto found = std::find_if(letters.begin(), letters.end(), [&](const Letter& one) { return one.name == name; });
  return found == letters.end() ? nullptr : &*found;
}

const Letter* find_word(const std::vector<Letter>& letters, std::string_view word) {
  const auto found = std::find_if(letters.begin(), letters.end(),
                                  [&](const Letter& one) { return !one.word.empty() && word == "--" + one.word; });
  return found == letters.end() ? nullptr : &*found;
}

tl::unexpected<base::Error> usage() {
  return tl::unexpected(base::Error{});
}

base::Result<void> act_on_word(const std::vector<std::string>& words, std::size_t& at, const Letter& word) {
  if (at + 1 >= words.size()) return usage();
  return word.act(words[++at]);
}

// Acts on the cluster in words[at]; `at` moves on to a word that was taken as an argument.
base::Result<void> act_on_cluster(const std::vector<std::string>& words, std::size_t& at,
                                  const std::vector<Letter>& letters) {
  const std::string& cluster = words[at];
  for (std::size_t i = 1; i < cluster.size(); ++i) {
    const Letter* letter = find(letters, cluster[i]);
    if (letter == nullptr) return usage();
    if (!letter->takes_argument) {
      if (const auto done = letter->act({}); !done) return done;
      continue;
    }
    if (i + 1 < cluster.size()) return letter->act(std::string_view(cluster).substr(i + 1));
    if (at + 1 >= words.size()) return usage();
    return letter->act(words[++at]);
  }
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> read_letters(const std::vector<std::string>& words,
                                                    const std::vector<Letter>& letters) {
  std::size_t at = 0;
  for (; at < words.size() && words[at].starts_with('-'); ++at) {
    if (words[at] == "-" || words[at] == "--") {
      ++at;
      break;
    }
    const Letter* word = find_word(letters, words[at]);
    const auto done = word == nullptr ? act_on_cluster(words, at, letters) : act_on_word(words, at, *word);
    if (!done) return tl::unexpected(done.error());
  }
  return std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
}

Letter flag(char name, std::function<void()> set) {
  return {name, false, [set = std::move(set)](std::string_view) {
            set();
            return base::Result<void>();
          }};
}

void add_verbosity(std::vector<Letter>& letters, int& verbosity) {
  letters.push_back(flag('q', [&verbosity] { verbosity = 0; }));
  letters.push_back(flag('Q', [&verbosity] { verbosity = 1; }));
  letters.push_back(flag('v', [&verbosity] { ++verbosity; }));
}

base::Result<std::chrono::seconds> helper_seconds(char letter, std::string_view text) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const auto value = digits.starts_with('0') ? std::nullopt : base::number<unsigned>(digits);
  if (!value || *value > longest) {
    return base::fail("option -{}: {} is not a number of seconds from 1 to {}", letter, base::escaped(text), longest);
  }
  return std::chrono::seconds(*value);
}

Letter seconds_letter(char name, std::function<void(std::chrono::seconds)> set) {
  return {name, true, [name, set = std::move(set)](std::string_view text) {
            const auto value = helper_seconds(name, text);
            if (value) set(*value);
            return value ? base::Result<void>() : base::Result<void>(tl::unexpected(value.error()));
          }};
}

Letter text_letter(char name, std::string& into) {
  return {name, true, [&into](std::string_view text) {
            into = text;
            return base::Result<void>();
          }};
}

Letter word(std::string name, std::string& into) {
  Letter made = text_letter('\0', into);
  made.word = std::move(name);
  return made;
}

tl::unexpected<base::Error> unknown_word(char letter, std::string_view word, std::string_view known) {
  return base::fail("option -{}: {} is not known, available: {}", letter, base::escaped(word), known);
}

}  // namespace config
