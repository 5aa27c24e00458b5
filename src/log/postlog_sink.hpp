// Log lines for postlogd(8), which writes Postfix's own log file where main.cf's maillog_file names one.
#pragma once

#include <memory>
#include <string>

#include "log/sink.hpp"

inline namespace ehlock {
namespace log {

// "Nov  1 10:00:00 HOST PROGRAM[PID]: line", a datagram each, at most 2000 octets, to the socket at `path`; opened now,
// so that a jailed process can go on writing. Lines postlogd does not take in time go to descriptor 2.
[[nodiscard]] base::Result<std::unique_ptr<Sink>> postlog_sink(std::string program, std::string host,
                                                               const std::string& path);

}  // namespace log
}  // namespace ehlock
