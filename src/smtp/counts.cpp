// The counts as one line, see counts.hpp.

#include "smtp/counts.hpp"

#include <iterator>

#include <fmt/format.h>

namespace smtp {
namespace {

void append(std::string& text, std::string_view name, const SessionCounts::Count& count) {
  if (!text.empty()) text += ' ';
  if (count.accepted == count.all) {
    fmt::format_to(std::back_inserter(text), "{}={}", name, count.all);
  } else {
    fmt::format_to(std::back_inserter(text), "{}={}/{}", name, count.accepted, count.all);
  }
}

}  // namespace

SessionCounts::Count SessionCounts::commands() const {
  Count sum;
  for (const Count& count : verbs) {
    sum.accepted += count.accepted;
    sum.all += count.all;
  }
  return sum;
}

std::string SessionCounts::text() const {
  std::string text;
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    if (verbs[i].all > 0) append(text, name_of(static_cast<Verb>(i)), verbs[i]);
  }
  append(text, "commands", commands());
  return text;
}

}  // namespace smtp
