// Capabilities by capget(2), capset(2) and prctl(2).
#include "os/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace os {
namespace {

// The kernel's form: two halves of 32 bits.
using Halves = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

bool ask(Halves& halves) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capget, &header, halves.data()) == 0;
}

}  // namespace

std::uint64_t effective_capabilities() {
  Halves halves{};
  if (!ask(halves)) return 0;
  return halves[0].effective | std::uint64_t{halves[1].effective} << 32U;
}

base::Result<void> empty_bounding_set() {
  // EINVAL behind the last capability this kernel knows.
  int capability = 0;
  while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) ++capability;
  if (errno != EINVAL || capability == 0) return base::fail_errno("drop the bounding set", errno);
  return {};
}

base::Result<void> keep_only_capabilities(std::uint64_t kept) {
  // Kernels before 4.3 have no ambient set to clear.
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
    return base::fail_errno("clear ambient capabilities", errno);
  }
  Halves halves{};
  if (!ask(halves)) return base::fail_errno("capget", errno);
  for (unsigned i = 0; i < halves.size(); ++i) {
    halves[i].permitted &= static_cast<std::uint32_t>(kept >> (32U * i));
    halves[i].effective = halves[i].permitted;
    halves[i].inheritable = 0;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  if (syscall(SYS_capset, &header, halves.data()) != 0) return base::fail_errno("capset", errno);
  return {};
}

}  // namespace os
