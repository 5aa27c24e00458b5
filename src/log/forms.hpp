// What a log line looks like where it goes. Pure: time, host and process are told.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "log/sink.hpp"

inline namespace ehlock {
namespace log {

// Who writes, and when.
struct Writer {
  std::string_view program;
  std::string_view host;
  int process = 0;
  std::chrono::system_clock::time_point now;
};

// "3f9a0c11: connect from ...": an event as a line for people.
[[nodiscard]] std::string line_of(const Record& record);

// "2026-11-22T11:00:00.123+01:00 HOST ehlock[7]: line\n", local time.
[[nodiscard]] std::string file_line(const Writer& writer, std::string_view line);

// The severity's number in syslog (RFC 3164 §4.1.1).
[[nodiscard]] int level_of(Severity severity);

// {"time":"2026-11-22T10:00:00.123Z","program":"ehlock","pid":7,"severity":"info","session":"3f9a0c11",
// "event":"connect","text":"connect from ...", then the fields} and a newline. Times are UTC.
[[nodiscard]] std::string json_line(const Writer& writer, const Record& record);

// The datagram of systemd's native protocol: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, SYSLOG_FACILITY, then the session,
// the event and its fields as EHLOCK_SESSION, EHLOCK_EVENT, EHLOCK_CLIENT ...
[[nodiscard]] std::string journald_datagram(const Writer& writer, const Record& record);

// `text` as the inside of a JSON string (RFC 8259 §7); octets that are not ASCII become \u00XX.
[[nodiscard]] std::string json_escaped(std::string_view text);

// `field`'s value as JSON: a string, a number, true or false, or an array of strings.
[[nodiscard]] std::string json_value(const Field& field);

}  // namespace log
}  // namespace ehlock
