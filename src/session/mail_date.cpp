#include "session/mail_date.hpp"

#include <chrono>
#include <ctime>

#include <fmt/chrono.h>

namespace session {

std::string mail_date() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(now));
}

}  // namespace session
