// The options of tlswrapper-smtp(1), read into values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/address.hpp"

namespace config {

inline constexpr const char* smtp_helper_usage =
    "usage: tlswrapper-smtp [-qQvcC] [-t sec] [-T sec] [-u user] [-g host:port|unix:path] [-J dir] [-j user] "
    "[--handoff socket] prog";

struct SmtpHelperOptions {
  int verbosity = 1;
  std::optional<std::chrono::seconds> session;  // -t: the whole session; without it there is no such limit
  std::optional<std::chrono::seconds> wait;     // -T: each wait; without it those of RFC 5321 §4.5.3.2
  std::string user;
  std::optional<os::Endpoint> policy;  // -g
  bool policy_closed = false;          // -c: without the policy service no mail
  std::string jail = "/var/lib/tlswrapper/empty";
  std::string jail_user;
  std::string handoff;  // a UNIX socket's path; empty: this process does it all
  std::vector<std::string> program;
};

// As read_wrapper_options().
[[nodiscard]] base::Result<void> read_smtp_helper_options(const std::vector<std::string>& words,
                                                          SmtpHelperOptions& into);

}  // namespace config
