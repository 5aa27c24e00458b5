// Words between separators.
#include "postfix/tls_words.hpp"

namespace postfix {

std::vector<std::string_view> tls_words(std::string_view list) {
  constexpr std::string_view separators = ", :\t\r\n";
  std::vector<std::string_view> words;
  for (;;) {
    const auto begin = list.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    list.remove_prefix(begin);
    words.push_back(list.substr(0, list.find_first_of(separators)));
    list.remove_prefix(words.back().size());
  }
}

}  // namespace postfix
