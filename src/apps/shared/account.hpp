// The accounts of the helpers: whom the program runs as, and whom a jailed process becomes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "os/jail.hpp"
#include "os/process.hpp"
#include "os/user.hpp"

namespace app {

struct Account {
  os::User user;
  std::vector<std::string> variables;  // HOME, SHELL, USER, LOGNAME
};

// Of the password file; one with uid 0 or gid 0 is refused.
[[nodiscard]] base::Result<Account> find_account(std::string_view name);

// The program starts as this account, with its variables in place of ours.
void start_as(const Account& account, os::ProgramSpec& program);

// A helper's jail. No name: a uid of its own for each process.
[[nodiscard]] base::Result<os::JailSpec> helper_jail(os::Role role, const std::string& root, const std::string& name);

}  // namespace app
