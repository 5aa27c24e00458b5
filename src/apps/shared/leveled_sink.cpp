#include "apps/shared/leveled_sink.hpp"

#include <unistd.h>

#include <utility>

#include <fmt/format.h>

#include "apps/shared/standard_error.hpp"

namespace app {
namespace {

std::string_view text_of(log::Severity severity) {
  switch (severity) {
    case log::Severity::info:
      return "info";
    case log::Severity::warning:
      return "warning";
    case log::Severity::error:
    case log::Severity::fatal:
      return "error";
  }
  return "error";
}

std::string_view without_prefix(std::string_view line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return line;
  line.remove_prefix(prefix.size());
  return line.starts_with(": ") ? line.substr(2) : line;
}

}  // namespace

void say(std::string_view text) {
  const std::string whole = fmt::format("{}\n", text);
  // A line that cannot be written is lost.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, whole.data(), whole.size());
}

LeveledSink::LeveledSink(std::string program) : program_(std::move(program)), by_datagram_(logs_by_datagram()) {}

void LeveledSink::write(log::Severity severity, std::string_view text) {
  if (verbosity_ >= 2) line(text_of(severity), without_prefix(text, id_));
}

void LeveledSink::fatal(std::string_view text) {
  if (verbosity_ >= 1) line("fatal", text);
}

void LeveledSink::debug(std::string_view text) {
  if (verbosity_ >= 3) line("debug", text);
}

void LeveledSink::line(std::string_view level, std::string_view text) const {
  // The system log wants a priority (RFC 3164 §4.1.1: mail, info) and tells programs apart by their numbers.
  const std::string program = by_datagram_ ? fmt::format("<22>{}[{}]", program_, ::getpid()) : program_;
  const std::string address = address_.empty() ? "" : fmt::format("{}: ", address_);
  const std::string id = id_.empty() || verbosity_ < 2 ? "" : fmt::format(" [{}]", id_);
  say(fmt::format("{}: {}: {}{}{}", program, level, address, text, id));
}

}  // namespace app
