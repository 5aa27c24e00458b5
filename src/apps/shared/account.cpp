#include "apps/shared/account.hpp"

#include <pwd.h>

#include <fmt/format.h>

#include "apps/shared/ucspi.hpp"
#include "base/text.hpp"

namespace app {
namespace {

// RLIMIT_NOFILE of a jailed helper: what it has open already, and hardly more (poll(2) waits for no more either). A
// relay needs none.
constexpr std::uint64_t descriptors = 32;
constexpr std::uint64_t no_more_descriptors = 2;
constexpr std::uint64_t data = 128 << 20;

}  // namespace

base::Result<Account> find_account(std::string_view name) {
  auto user = os::find_user(name);
  if (!user) return tl::unexpected(user.error());
  if (user->uid == 0 || user->gid == 0) return base::fail("{}: privileged account refused", base::escaped(name));
  const passwd* entry = ::getpwuid(user->uid);
  Account account;
  account.variables = {fmt::format("USER={}", user->name), fmt::format("LOGNAME={}", user->name)};
  if (entry != nullptr) {
    account.variables.push_back(fmt::format("HOME={}", entry->pw_dir));
    account.variables.push_back(fmt::format("SHELL={}", entry->pw_shell));
  }
  account.user = std::move(*user);
  return account;
}

void start_as(const Account& account, os::ProgramSpec& program) {
  program.uid = account.user.uid;
  program.gid = account.user.gid;
  program.groups = account.user.groups;
  program.environment = replace(program.environment, account.variables);
}

base::Result<os::JailSpec> helper_jail(os::Role role, const std::string& root, const std::string& name) {
  os::JailSpec jail;
  jail.role = role;
  jail.root = root;
  jail.max_descriptors = role == os::Role::helper_relay ? no_more_descriptors : descriptors;
  jail.max_data = data;
  jail.connect_ports = {0};  // none: port 0 cannot be connected to
  if (name.empty()) {
    jail.user = os::unused_user();
    return jail;
  }
  auto user = os::find_user(name);
  if (!user) return tl::unexpected(user.error());
  jail.user = std::move(*user);
  return jail;
}

}  // namespace app
