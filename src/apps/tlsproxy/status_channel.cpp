#include "apps/tlsproxy/status_channel.hpp"

#include <unistd.h>

#include <charconv>

namespace app {
namespace {

constexpr int is_taken = 0;
constexpr int is_available = 1;

template <typename T>
void append(std::string& message, T value) {
  message.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

std::string status_message(pid_t child, unsigned generation, int availability) {
  std::string message;
  append(message, child);
  append(message, generation);
  append(message, availability);
  return message;
}

unsigned generation_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, 8);
  return fault == std::errc() && end == text.data() + text.size() ? number : 0;
}

StatusChannel::StatusChannel(int fd, pid_t child, std::string_view generation)
    : fd_(fd), child_(child), generation_(generation_number(generation)) {}

void StatusChannel::taken() const {
  tell(is_taken);
}

void StatusChannel::available() const {
  tell(is_available);
}

void StatusChannel::tell(int availability) const {
  const std::string message = status_message(child_, generation_, availability);
  [[maybe_unused]] const ssize_t written = ::write(fd_, message.data(), message.size());
}

}  // namespace app
