#include "log/json_sink.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/chrono.h>

inline namespace ehlock {
namespace log {
namespace {

constexpr std::size_t session_id_size = 8;

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
    case Severity::fatal:
      return "fatal";
  }
  return "";
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool begins_with_session_id(std::string_view line) {
  return line.size() > session_id_size + 1 && line.substr(session_id_size, 2) == ": " &&
         std::all_of(line.begin(), line.begin() + session_id_size, is_hex);
}

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto thousandths = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     thousandths);
}

class JsonSink : public Sink {
 public:
  explicit JsonSink(std::string program) : program_(std::move(program)) {}

  void write(Severity severity, std::string_view line) override {
    std::string session;
    if (begins_with_session_id(line)) {
      session = fmt::format("\"session\":\"{}\",", line.substr(0, session_id_size));
      line.remove_prefix(session_id_size + 2);
    }
    const std::string object =
        fmt::format("{{\"time\":\"{}\",\"program\":\"{}\",\"pid\":{},\"severity\":\"{}\",{}\"text\":\"{}\"}}\n",
                    timestamp(), json_escaped(program_), ::getpid(), name_of(severity), session, json_escaped(line));
    (void)!::write(STDERR_FILENO, object.data(), object.size());
  }

 private:
  std::string program_;
};

}  // namespace

std::unique_ptr<Sink> json_sink(std::string program) {
  return std::make_unique<JsonSink>(std::move(program));
}

std::string json_escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      safe += '\\';
      safe += c;
    } else if (c >= ' ' && c <= '~') {
      safe += c;
    } else {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    }
  }
  return safe;
}

}  // namespace log
}  // namespace ehlock
