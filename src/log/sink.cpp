// Sinks: standard error and the system log. A line that cannot be written is lost; a session hardly waits for its log.
#include "log/sink.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "log/datagram.hpp"

inline namespace ehlock {
namespace log {
namespace {

class StderrSink : public Sink {
 public:
  explicit StderrSink(std::string program) : program_(std::move(program)) {}

  void write(Severity /*severity*/, std::string_view line) override { write_to_stderr(program_, line); }

 private:
  std::string program_;
};

// RFC 3164 §4.1.1.
int number_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return 6;
    case Severity::warning:
      return 4;
    case Severity::error:
      return 3;
    case Severity::fatal:
      return 2;
  }
  return 3;
}

class SyslogSink : public Sink {
 public:
  SyslogSink(std::string program, int facility, DatagramSocket socket)
      : program_(std::move(program)), facility_(facility), socket_(std::move(socket)) {}

  // Out of a chroot there is no way to connect again: when the log daemon is gone or slow, standard error takes the
  // line.
  void write(Severity severity, std::string_view line) override {
    const auto datagram = fmt::format("<{}>{} {}[{}]: {}", facility_ * 8 + number_of(severity), short_timestamp(),
                                      program_, getpid(), line);
    if (!socket_.send(datagram)) write_to_stderr(program_, line);
  }

 private:
  std::string program_;
  int facility_;
  DatagramSocket socket_;
};

}  // namespace

std::unique_ptr<Sink> stderr_sink(std::string program) {
  return std::make_unique<StderrSink>(std::move(program));
}

base::Result<std::unique_ptr<Sink>> syslog_sink(std::string program, const std::string& path, int facility) {
  auto socket = DatagramSocket::open(path);
  if (!socket) return tl::unexpected(socket.error());
  return std::make_unique<SyslogSink>(std::move(program), facility, std::move(*socket));
}

std::optional<int> facility_number(std::string_view name) {
  constexpr std::array<std::string_view, 24> names{"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                   "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                   "",       "",       "",       "",       "local0",   "local1",
                                                   "local2", "local3", "local4", "local5", "local6",   "local7"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (name.empty() || found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

}  // namespace log
}  // namespace ehlock
