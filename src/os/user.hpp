// Users and groups of the system, looked up before the jail.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace os {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // all of them, for programs started as this user
};

// By name or by number.
[[nodiscard]] base::Result<User> find_user(std::string_view name);

// A group's number, by name or by number.
[[nodiscard]] base::Result<gid_t> find_group(std::string_view name);

// An uid (and equal gid) far from real users that nobody has, in the password file or among running processes
// (threat 44: siblings of one uid may ptrace and kill each other).
[[nodiscard]] User unused_user();

}  // namespace os
