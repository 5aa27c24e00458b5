// Landlock by the raw system calls. The constants are our own: Debian 12's headers end at ABI 2.
#include "os/landlock.hpp"

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace os {
namespace {

constexpr unsigned ask_version = 1U << 0U;  // LANDLOCK_CREATE_RULESET_VERSION
constexpr int net_port_rule = 2;            // LANDLOCK_RULE_NET_PORT
constexpr std::uint64_t net_bind = 1U << 0U;
constexpr std::uint64_t net_connect = 1U << 1U;
constexpr std::uint64_t scope_abstract_unix = 1U << 0U;
constexpr std::uint64_t scope_signal = 1U << 1U;
constexpr int net_abi = 4;
constexpr int scope_abi = 6;

// struct landlock_ruleset_attr; an older kernel takes its first fields.
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

// struct landlock_net_port_attr.
struct NetPortAttributes {
  std::uint64_t allowed_access = 0;
  std::uint64_t port = 0;
};

// Every right on files the ABI knows: 13 in the first, then refer, truncate, device ioctl.
std::uint64_t all_file_rights(int abi) {
  std::uint64_t rights = (1U << 13U) - 1;
  if (abi >= 2) rights |= 1U << 13U;
  if (abi >= 3) rights |= 1U << 14U;
  if (abi >= 5) rights |= 1U << 15U;
  return rights;
}

std::size_t size_of_attributes(int abi) {
  if (abi >= scope_abi) return sizeof(RulesetAttributes);
  return abi >= net_abi ? offsetof(RulesetAttributes, scoped) : offsetof(RulesetAttributes, handled_access_net);
}

RulesetAttributes attributes_of(const LandlockSpec& spec, int abi) {
  RulesetAttributes attributes;
  attributes.handled_access_fs = all_file_rights(abi);
  if (abi >= net_abi) attributes.handled_access_net = net_bind | (spec.limit_connect ? net_connect : 0);
  if (abi >= scope_abi) attributes.scoped = scope_abstract_unix | scope_signal;
  return attributes;
}

base::Result<void> allow_ports(int ruleset, const std::vector<std::uint16_t>& ports) {
  for (const std::uint16_t port : ports) {
    const NetPortAttributes rule{net_connect, port};
    if (syscall(SYS_landlock_add_rule, ruleset, net_port_rule, &rule, 0U) != 0) {
      return base::fail_errno("landlock: add a port", errno);
    }
  }
  return {};
}

std::string kernel() {
  utsname name{};
  uname(&name);
  return fmt::format("Linux {}", name.release);
}

}  // namespace

base::Result<Landlock> prepare_landlock(const LandlockSpec& spec) {
  Landlock result;
  const auto abi = static_cast<int>(syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, ask_version));
  if (abi < 1) {
    result.left_out.push_back(fmt::format("landlock: not in {}, or not switched on", kernel()));
    return result;
  }
  if (abi < net_abi) result.left_out.push_back(fmt::format("landlock: TCP ports: ABI {} of {}", abi, kernel()));
  const RulesetAttributes attributes = attributes_of(spec, abi);
  result.ruleset =
      UniqueFd(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size_of_attributes(abi), 0U)));
  if (!result.ruleset) return base::fail_errno("landlock: make a ruleset", errno);
  if (abi < net_abi || !spec.limit_connect) return result;
  if (const auto allowed = allow_ports(result.ruleset.get(), spec.ports); !allowed) {
    return tl::unexpected(allowed.error());
  }
  return result;
}

base::Result<void> enter_landlock(const Landlock& landlock) {
  if (!landlock.ruleset) return {};
  if (syscall(SYS_landlock_restrict_self, landlock.ruleset.get(), 0U) != 0) return base::fail_errno("landlock", errno);
  return {};
}

}  // namespace os
