// The jail's steps, in the order they must have: each takes away what only the earlier ones needed.
#include "os/jail.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "os/capabilities.hpp"
#include "os/chroot.hpp"
#include "os/landlock.hpp"
#include "os/seccomp.hpp"

// There only in programs built with the address sanitizer, whose runtime makes system calls and opens descriptors of
// its own.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is the runtime's
extern "C" [[gnu::weak]] void __asan_init();

namespace os {
namespace {

bool is_sanitized() {
  return __asan_init != nullptr;
}

// One process on its way into the jail. `before_` is what it could do when it came.
class Entry {
 public:
  explicit Entry(const JailSpec& spec) : spec_(spec), before_(effective_capabilities()) {
    prctl(PR_GET_PDEATHSIG, &death_signal_, 0, 0, 0);
  }

  base::Result<JailReport> run();

 private:
  using Step = base::Result<void> (Entry::*)();

  base::Result<void> check_spec();
  base::Result<void> drop_groups();
  base::Result<void> prepare();
  base::Result<void> change_root();
  base::Result<void> drop_bounding_set();
  base::Result<void> change_group();
  base::Result<void> change_user();
  base::Result<void> drop_capabilities();
  base::Result<void> keep_death_signal();
  base::Result<void> verify();
  base::Result<void> forbid_new_privileges();
  base::Result<void> limit();
  base::Result<void> limit_data();
  base::Result<void> limit_descriptors();
  base::Result<void> hide_memory();
  base::Result<void> restrict_files_and_ports();
  base::Result<void> filter_system_calls();

  [[nodiscard]] bool launches() const { return spec_.role == Role::launcher; }
  [[nodiscard]] bool sees_files() const { return launches() || spec_.role == Role::resolver; }
  [[nodiscard]] bool had(int capability) const { return (before_ & capability_bit(capability)) != 0; }
  [[nodiscard]] bool may_change_ids() const { return had(CAP_SETUID) && had(CAP_SETGID); }
  void leave_out(std::string what) { report_.left_out.push_back(std::move(what)); }

  const JailSpec& spec_;
  std::uint64_t before_;
  pid_t parent_ = getppid();
  int death_signal_ = 0;
  Landlock landlock_;
  JailReport report_;
};

base::Result<JailReport> Entry::run() {
  constexpr std::array<Step, 15> steps{&Entry::check_spec,
                                       &Entry::drop_groups,
                                       &Entry::prepare,
                                       &Entry::change_root,
                                       &Entry::drop_bounding_set,
                                       &Entry::change_group,
                                       &Entry::change_user,
                                       &Entry::drop_capabilities,
                                       &Entry::keep_death_signal,
                                       &Entry::verify,
                                       &Entry::forbid_new_privileges,
                                       &Entry::limit,
                                       &Entry::hide_memory,
                                       &Entry::restrict_files_and_ports,
                                       &Entry::filter_system_calls};
  for (const Step step : steps) {
    if (const auto done = (this->*step)(); !done) return base::fail("jail: {}", done.error().text);
  }
  return std::move(report_);
}

base::Result<void> Entry::check_spec() {
  if (geteuid() == 0 && !may_change_ids())
    return base::fail("root without CAP_SETUID and CAP_SETGID; start as another user");
  if (may_change_ids() && spec_.user.uid == 0) return base::fail("a user other than root is needed");
  if (sees_files() && !spec_.root.empty())
    return base::fail("a launcher must see the programs it starts, a resolver the files of the system");
  return {};
}

base::Result<void> Entry::drop_groups() {
  if (!may_change_ids()) return {};
  if (setgroups(0, nullptr) != 0) return base::fail_errno("setgroups", errno);
  return {};
}

// Roles that connect nowhere may connect to no port; for the others an empty list means any.
base::Result<void> Entry::prepare() {
  if (sees_files()) return {};
  const bool connects = spec_.role == Role::worker || spec_.role == Role::helper_network;
  auto landlock = prepare_landlock({!connects || !spec_.connect_ports.empty(), spec_.connect_ports});
  if (!landlock) return tl::unexpected(landlock.error());
  landlock_ = std::move(*landlock);
  for (auto& line : landlock_.left_out) leave_out(std::move(line));
  return {};
}

base::Result<void> Entry::change_root() {
  if (sees_files()) return {};
  if (spec_.root.empty()) {
    leave_out("chroot: no directory given");
  } else if (!had(CAP_SYS_CHROOT)) {
    leave_out(geteuid() == 0 ? "chroot: no CAP_SYS_CHROOT" : "chroot: not root");
  } else {
    return enter_empty_root(spec_.root);
  }
  return {};
}

// A launcher's stays, for programs that are set-uid or set-gid themselves (Exim; Postfix's postdrop).
base::Result<void> Entry::drop_bounding_set() {
  if (launches()) return {};
  if (had(CAP_SETPCAP)) return empty_bounding_set();
  if (geteuid() == 0) leave_out("capability bounding set: no CAP_SETPCAP");
  return {};
}

base::Result<void> Entry::change_group() {
  if (!may_change_ids()) return {};
  if (setresgid(spec_.user.gid, spec_.user.gid, spec_.user.gid) != 0) return base::fail_errno("setresgid", errno);
  return {};
}

base::Result<void> Entry::change_user() {
  if (!may_change_ids()) {
    if (spec_.user.uid != geteuid()) leave_out(fmt::format("user: not root, stays uid {}", geteuid()));
    return {};
  }
  if (launches() && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return base::fail_errno("PR_SET_KEEPCAPS", errno);
  if (setresuid(spec_.user.uid, spec_.user.uid, spec_.user.uid) != 0) return base::fail_errno("setresuid", errno);
  return {};
}

base::Result<void> Entry::drop_capabilities() {
  constexpr std::uint64_t to_launch =
      capability_bit(CAP_SETUID) | capability_bit(CAP_SETGID) | capability_bit(CAP_KILL);
  return keep_only_capabilities(launches() ? to_launch : 0);
}

// The kernel forgets the parent-death signal with each change of ids (PR_SET_PDEATHSIG(2const)).
base::Result<void> Entry::keep_death_signal() {
  if (death_signal_ == 0) return {};
  if (prctl(PR_SET_PDEATHSIG, death_signal_, 0, 0, 0) != 0) return base::fail_errno("PR_SET_PDEATHSIG", errno);
  if (getppid() != parent_) return base::fail("the parent process has ended");
  return {};
}

// Threat 41: what was dropped must not come back, and this process must notice when it can.
base::Result<void> Entry::verify() {
  std::array<uid_t, 3> uids{};
  std::array<gid_t, 3> gids{};
  if (getresuid(uids.data(), &uids[1], &uids[2]) != 0 || getresgid(gids.data(), &gids[1], &gids[2]) != 0) {
    return base::fail_errno("getresuid", errno);
  }
  const uid_t uid = may_change_ids() ? spec_.user.uid : getuid();
  const gid_t gid = may_change_ids() ? spec_.user.gid : getgid();
  const bool is_changed = std::all_of(uids.begin(), uids.end(), [&](uid_t id) { return id == uid; }) &&
                          std::all_of(gids.begin(), gids.end(), [&](gid_t id) { return id == gid; });
  if (!is_changed) return base::fail("real, effective and saved ids are not all uid {}, gid {}", uid, gid);
  if (may_change_ids() && getgroups(0, nullptr) != 0) return base::fail("supplementary groups are left");
  if (launches()) return {};
  if (setuid(0) == 0 || setresuid(0, 0, 0) == 0) return base::fail("uid 0 could be taken back");
  if (gid != 0 && setgid(0) == 0) return base::fail("gid 0 could be taken back");
  if (setgroups(0, nullptr) == 0) return base::fail("groups could be taken back");
  return {};
}

// Not for a launcher: its programs may be set-uid themselves.
base::Result<void> Entry::forbid_new_privileges() {
  if (!launches() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return base::fail_errno("no_new_privs", errno);
  return {};
}

base::Result<void> Entry::limit() {
  constexpr rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return base::fail_errno("RLIMIT_CORE", errno);
  if (!spec_.may_fork && !launches() && setrlimit(RLIMIT_NPROC, &none) != 0)
    return base::fail_errno("RLIMIT_NPROC", errno);
  if (spec_.max_descriptors == 0 && spec_.max_data == 0) return {};
  if (is_sanitized()) {
    leave_out("limits of descriptors and data: built with the address sanitizer");
    return {};
  }
  if (const auto done = limit_data(); !done) return done;
  return limit_descriptors();
}

base::Result<void> Entry::limit_data() {
  if (spec_.max_data == 0) return {};
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0) return base::fail_errno("RLIMIT_DATA", errno);
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, spec_.max_data);
  limit.rlim_cur = std::min(limit.rlim_cur, limit.rlim_max);
  if (setrlimit(RLIMIT_DATA, &limit) != 0) return base::fail_errno("RLIMIT_DATA", errno);
  return {};
}

base::Result<void> Entry::limit_descriptors() {
  if (spec_.max_descriptors == 0) return {};
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return base::fail_errno("RLIMIT_NOFILE", errno);
  if (limit.rlim_max < spec_.max_descriptors) {
    leave_out(
        fmt::format("open files: {} are permitted (ulimit -n), {} are wanted", limit.rlim_max, spec_.max_descriptors));
  }
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, spec_.max_descriptors);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return base::fail_errno("RLIMIT_NOFILE", errno);
  return {};
}

base::Result<void> Entry::hide_memory() {
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return base::fail_errno("PR_SET_DUMPABLE", errno);
  return {};
}

base::Result<void> Entry::restrict_files_and_ports() {
  return enter_landlock(landlock_);
}

base::Result<void> Entry::filter_system_calls() {
  landlock_.ruleset.reset();
  if (!has_filter(spec_.role)) return {};
  if (is_sanitized()) {
    leave_out("seccomp: built with the address sanitizer");
    return {};
  }
  return enter_filter(filter_of(spec_.role, spec_.unix_sockets, getpid()));
}

}  // namespace

base::Result<JailReport> enter_jail(const JailSpec& spec) {
  return Entry(spec).run();
}

}  // namespace os
