// Sinks for people: standard error, the system log, files.
#include "log/sink.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include "log/datagram.hpp"
#include "log/forms.hpp"
#include "log/outlet.hpp"
#include "log/program_sinks.hpp"

inline namespace ehlock {
namespace log {
namespace {

std::string stderr_line(const std::string& program, std::string_view line) {
  return fmt::format("{}[{}]: {}\n", program, getpid(), line);
}

class StderrSink : public Sink {
 public:
  explicit StderrSink(std::string program) : program_(std::move(program)) {}

  void write(Severity /*severity*/, std::string_view line) override {
    if (const auto lost = outlet_.take_lost(); lost > 0) outlet_.write(stderr_line(program_, text_of_loss(lost)));
    outlet_.write(stderr_line(program_, line));
  }

 private:
  std::string program_;
  Outlet outlet_;
};

class FileSink : public Sink {
 public:
  FileSink(std::string program, os::UniqueFd file)
      : program_(std::move(program)), host_(host_name()), outlet_(std::move(file)) {}

  void write(Severity /*severity*/, std::string_view line) override {
    if (const auto lost = outlet_.take_lost(); lost > 0) put(text_of_loss(lost));
    put(line);
  }
  void turn_to(os::UniqueFd file) override { outlet_.turn_to(std::move(file)); }

 private:
  void put(std::string_view line) { outlet_.write(file_line(writer(program_, host_), line)); }

  std::string program_;
  std::string host_;
  Outlet outlet_;
};

class SyslogSink : public Sink {
 public:
  SyslogSink(std::string program, int facility, DatagramSocket socket)
      : program_(std::move(program)), facility_(facility), socket_(std::move(socket)) {}

  // Out of a chroot there is no way to connect again: when the log daemon is gone or slow, standard error takes the
  // line.
  void write(Severity severity, std::string_view line) override {
    const auto datagram = fmt::format("<{}>{} {}[{}]: {}", facility_ * 8 + level_of(severity), short_timestamp(),
                                      program_, getpid(), line);
    if (!socket_.send(datagram)) write_to_stderr(program_, line);
  }

 private:
  std::string program_;
  int facility_;
  DatagramSocket socket_;
};

}  // namespace

void Sink::record(const Record& record) {
  write(record.severity, line_of(record));
}

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

std::unique_ptr<Sink> file_sink(std::string program, os::UniqueFd file) {
  tzset();
  return std::make_unique<FileSink>(std::move(program), std::move(file));
}

base::Result<os::UniqueFd> open_log_file(const std::string& path) {
  constexpr mode_t for_the_group_too = 0640;
  // Without waiting: a pipe without reader would hold us here.
  os::UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, for_the_group_too));
  if (!file) return base::fail_errno(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return base::fail_errno(path, errno);
  if (!S_ISREG(status.st_mode)) return base::fail("{}: is no regular file", path);
  return file;
}

}  // namespace log
}  // namespace ehlock
