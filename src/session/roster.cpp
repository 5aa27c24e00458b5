#include "session/roster.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "session/board.hpp"

namespace session {
namespace {

template <std::size_t size>
void write(std::array<char, size>& place, std::string_view text) {
  place.fill('\0');
  const std::string_view fits = text.substr(0, size - 1);
  std::copy(fits.begin(), fits.end(), place.begin());
}

template <std::size_t size>
std::string read(const std::array<char, size>& place) {
  return base::escaped(std::string(place.begin(), std::find(place.begin(), place.end() - 1, '\0')));
}

}  // namespace

std::size_t Roster::unused_line() {
  for (std::size_t i = 0; i < lines; ++i) {
    const std::size_t line = next_++ % lines;
    if (!lines_.at(line).used) return line;
  }
  return lines;
}

Roster::Entry::Entry(Roster& roster, std::string_view session, std::string_view client, std::string_view listener)
    : roster_(roster), line_(roster.unused_line()) {
  if (line_ == lines) return;
  Line& line = roster_.lines_.at(line_);
  write(line.session, session);
  write(line.client, client);
  write(line.listener, listener);
  line.since = seconds_now();
  line.used = true;
}

Roster::Entry::~Entry() {
  if (line_ != lines) roster_.lines_.at(line_).used = false;
}

std::vector<Listed> Roster::sessions() const {
  std::vector<Listed> all;
  for (const Line& line : lines_) {
    if (line.used) all.push_back({read(line.session), read(line.client), read(line.listener), line.since});
  }
  return all;
}

}  // namespace session
