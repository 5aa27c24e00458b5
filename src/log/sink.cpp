// Sinks: standard error and the system log. A line that cannot be written is lost; a session never waits for its log.
#include "log/sink.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include "os/address.hpp"
#include "os/fd.hpp"

inline namespace ehlock {
namespace log {
namespace {

bool wrote(int fd, std::string_view bytes) {
  ssize_t written = -1;
  do written = ::write(fd, bytes.data(), bytes.size());
  while (written < 0 && errno == EINTR);
  return written >= 0;
}

void write_to_stderr(const std::string& program, std::string_view line) {
  wrote(STDERR_FILENO, fmt::format("{}[{}]: {}\n", program, getpid(), line));
}

class StderrSink : public Sink {
 public:
  explicit StderrSink(std::string program) : program_(std::move(program)) {}

  void write(Severity /*severity*/, std::string_view line) override { write_to_stderr(program_, line); }

 private:
  std::string program_;
};

// RFC 3164 §4.1.1: facility * 8 + severity; mail is facility 2.
int priority_of(Severity severity) {
  constexpr int mail = 2 * 8;
  switch (severity) {
    case Severity::info:
      return mail + 6;
    case Severity::warning:
      return mail + 4;
    case Severity::error:
      return mail + 3;
  }
  return mail;
}

// "Mmm dd hh:mm:ss", local time, English whatever the locale.
std::string timestamp() {
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{} {:2} {:02}:{:02}:{:02}", months.at(static_cast<std::size_t>(local.tm_mon)), local.tm_mday,
                     local.tm_hour, local.tm_min, local.tm_sec);
}

class SyslogSink : public Sink {
 public:
  SyslogSink(std::string program, os::UniqueFd socket) : program_(std::move(program)), socket_(std::move(socket)) {}

  // write(2), because every role's jail allows it. Out of a chroot there is no way to connect again: when the log
  // daemon is gone or slow, standard error takes the line.
  void write(Severity severity, std::string_view line) override {
    const auto datagram =
        fmt::format("<{}>{} {}[{}]: {}", priority_of(severity), timestamp(), program_, getpid(), line);
    if (!wrote(socket_.get(), datagram)) write_to_stderr(program_, line);
  }

 private:
  std::string program_;
  os::UniqueFd socket_;
};

}  // namespace

std::unique_ptr<Sink> stderr_sink(std::string program) {
  return std::make_unique<StderrSink>(std::move(program));
}

base::Result<std::unique_ptr<Sink>> syslog_sink(std::string program, const std::string& path) {
  const auto address = os::SocketAddress::unix_path(path);
  if (!address) return tl::unexpected(address.error());
  os::UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return base::fail_errno(path + ": socket", errno);
  if (connect(fd.get(), address->raw(), address->size()) != 0) return base::fail_errno(path, errno);
  tzset();  // reads the zone's file, which a jailed process no longer can
  return std::make_unique<SyslogSink>(std::move(program), std::move(fd));
}

}  // namespace log
}  // namespace ehlock
