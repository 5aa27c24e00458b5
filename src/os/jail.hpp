// The jail: what a process gives up for good, after fork and after its loop exists. One module for every program
// (design.md §2). Order: groups, landlock prepared, chroot, capability bounding set, gid, uid, capabilities, verified,
// no_new_privs, limits, not dumpable, landlock, seccomp.
//
// The launcher is the exception: it keeps CAP_SETUID, CAP_SETGID and CAP_KILL, sees all files and has no filter, no
// no_new_privs and its bounding set, because the programs it starts inherit these and may be set-uid (Exim, postdrop).
// A resolver sees all files and has no filter either, because the system's modules for names may need anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/user.hpp"

namespace os {

// What a process of ours is; each has its own allow-list of system calls (default: kill), kept in os/seccomp.cpp.
// receiver: takes connections, and descriptors from other processes; connects nowhere. helper_relay: has the
// descriptors it needs, and gets and makes no other.
enum class Role {
  worker,
  key_process,
  launcher,
  exporter,
  helper_network,
  helper_relay,
  helper_key,
  relay,
  receiver,
  resolver
};

struct JailSpec {
  Role role = Role::worker;
  std::string root;  // empty directory to chroot to; made (0555) under /run or /var/lib if absent
  User user;         // who to become; uid 0: stay (only without root)
  std::vector<std::uint16_t> connect_ports;  // TCP ports connect(2) may go to (landlock ABI 4 and later); empty: any
  std::uint64_t max_descriptors = 0;         // RLIMIT_NOFILE, 0: unchanged
  std::uint64_t max_data = 0;                // RLIMIT_DATA where it was greater, 0: unchanged
  bool may_fork = false;                     // else RLIMIT_NPROC 0
  bool unix_sockets = false;                 // socket(2) may make UNIX stream sockets, where the role connects at all
};

struct JailReport {
  std::vector<std::string> left_out;  // what could not be done and why: "chroot: not root", "landlock: kernel 5.10"
};

// Enters it. An error means: end the process, nothing may run half jailed. Started without root, uid change and chroot
// are left out and reported; everything else applies. Leave a jailed process by _exit(2) in sanitizer builds: the leak
// check at exit() needs what the jail takes.
[[nodiscard]] base::Result<JailReport> enter_jail(const JailSpec& spec);

}  // namespace os
