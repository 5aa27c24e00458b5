// Where log lines go. A sink writes a whole line at once and never waits for it; the text is already safe for one line.
//
// The inline namespace around log is there because <math.h> has a function ::log; users still write log::Sink.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

inline namespace ehlock {
namespace log {

enum class Severity { info, warning, error, fatal };

// A fact of an event by its name: lower-case letters and "_". Values are escaped by whoever writes them out.
struct Field {
  std::string_view name;  // of static life
  std::variant<std::string, std::int64_t, bool, std::vector<std::string>> value;
};

// One event: its line for people, and its facts for programs.
struct Record {
  Severity severity = Severity::info;
  std::string_view event;    // "connect", "tls", "session" ...: docs/logs.md; empty: a line without facts
  std::string_view session;  // session id; empty: not of a session
  std::string_view text;     // the line without the session id
  const std::vector<Field>& fields;
};

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void write(Severity severity, std::string_view line) = 0;
  // An event. Sinks for people write its line, "3f9a0c11: connect from ...".
  virtual void record(const Record& record);
  // Whether record() makes use of an event's facts; else they need not be gathered.
  [[nodiscard]] virtual bool takes_facts() const { return false; }
  // From now on to this descriptor (a log file that was opened anew), where the sink has a file; nothing otherwise.
  virtual void turn_to(os::UniqueFd /*file*/) {}
};

// "ehlock[PID]: line\n" to descriptor 2.
[[nodiscard]] std::unique_ptr<Sink> stderr_sink(std::string program);

inline constexpr int mail_facility = 2;

// Datagrams in RFC 3164 form to /dev/log; opened now, so that a jailed process can go on writing. Lines the log daemon
// does not take in time go to descriptor 2.
[[nodiscard]] base::Result<std::unique_ptr<Sink>> syslog_sink(std::string program, const std::string& path = "/dev/log",
                                                              int facility = mail_facility);

// The number of "mail", "local3" and the like (RFC 3164 §4.1.1, syslog(3)'s names); nothing for anything else.
[[nodiscard]] std::optional<int> facility_number(std::string_view name);

// "2026-11-22T10:00:00.123+01:00 HOST ehlock[PID]: line\n", as rsyslog writes files, to a file from open_log_file().
[[nodiscard]] std::unique_ptr<Sink> file_sink(std::string program, os::UniqueFd file);

// A log file for appending, made (0640) when it is not there. Special files are refused.
[[nodiscard]] base::Result<os::UniqueFd> open_log_file(const std::string& path);

}  // namespace log
}  // namespace ehlock
