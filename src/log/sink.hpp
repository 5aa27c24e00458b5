// Where log lines go. A sink writes a whole line at once; the text is already safe for one line.
//
// The inline namespace around log is there because <math.h> has a function ::log; users still write log::Sink.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

inline namespace ehlock {
namespace log {

enum class Severity { info, warning, error, fatal };

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void write(Severity severity, std::string_view line) = 0;
};

// "ehlock[PID]: line\n" to descriptor 2 in one write(2).
[[nodiscard]] std::unique_ptr<Sink> stderr_sink(std::string program);

inline constexpr int mail_facility = 2;

// Datagrams in RFC 3164 form to /dev/log; opened now, so that a jailed process can go on writing. Lines the log daemon
// does not take in time go to descriptor 2.
[[nodiscard]] base::Result<std::unique_ptr<Sink>> syslog_sink(std::string program, const std::string& path = "/dev/log",
                                                              int facility = mail_facility);

// The number of "mail", "local3" and the like (RFC 3164 §4.1.1, syslog(3)'s names); nothing for anything else.
[[nodiscard]] std::optional<int> facility_number(std::string_view name);

}  // namespace log
}  // namespace ehlock
