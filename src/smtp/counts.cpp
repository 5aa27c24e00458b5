// The counts as one line, see counts.hpp.

#include "smtp/counts.hpp"

#include <string>

namespace smtp {
namespace {

void append(std::string& text, std::string_view name, const SessionCounts::Count& count) {
  if (!text.empty()) text += ' ';
  text.append(name).append("=");
  if (count.accepted != count.all) text.append(std::to_string(count.accepted)).append("/");
  text += std::to_string(count.all);
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
