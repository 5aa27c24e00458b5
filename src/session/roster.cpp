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

std::size_t Roster::take_line() {
  if (given_back_count_ > 0) return given_back_.at(--given_back_count_);
  return fresh_ < lines ? fresh_++ : lines;
}

void Roster::give_back(std::size_t line) {
  lines_.at(line).used = false;
  given_back_.at(given_back_count_++) = static_cast<std::uint16_t>(line);
}

Roster::Entry::Entry(Roster& roster, std::string_view session, std::string_view client, std::string_view listener)
    : roster_(roster), line_(roster.take_line()) {
  if (line_ == lines) return;
  Line& line = roster_.lines_.at(line_);
  write(line.session, session);
  write(line.client, client);
  write(line.listener, listener);
  line.since = seconds_now();
  line.used = true;
}

Roster::Entry::~Entry() {
  if (line_ != lines) roster_.give_back(line_);
}

std::vector<Listed> Roster::sessions() const {
  std::vector<Listed> all;
  for (const Line& line : lines_) {
    if (line.used) all.push_back({read(line.session), read(line.client), read(line.listener), line.since});
  }
  return all;
}

}  // namespace session
