// The allow-lists and their assembly into classic BPF.
#include "os/seccomp.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace os {
namespace {

// x86_64 or aarch64: told apart by their numbers, without the preprocessor. Both are little-endian.
constexpr bool on_x86_64 = SYS_read == 0;
constexpr std::uint32_t architecture = on_x86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;

// Calls aarch64 has only in their newer form.
constexpr long number_of_poll = on_x86_64 ? 7 : SYS_ppoll;
constexpr long number_of_epoll_wait = on_x86_64 ? 232 : SYS_epoll_pwait;

// The low 32 bits of an argument, masked, must be one of the values.
struct Condition {
  std::uint32_t argument;
  std::uint32_t mask;
  std::vector<std::uint32_t> values;
};

struct Rule {
  long number;
  std::vector<Condition> conditions = {};
};

using Rules = std::vector<Rule>;

constexpr std::uint32_t all_bits = 0xffffffff;
constexpr std::uint32_t socket_kind = 0xf;  // without SOCK_CLOEXEC and SOCK_NONBLOCK

Condition without(std::uint32_t argument, std::uint32_t bits) {
  return {argument, bits, {0}};
}

// What any process of C++ needs to compute, wait on descriptors, and end, be it by abort().
Rules common_rules(pid_t pid) {
  return {{SYS_read},
          {SYS_write},
          {number_of_poll},
          {SYS_ppoll},
          {SYS_close},
          {SYS_clock_gettime},
          {SYS_gettimeofday},
          {SYS_futex},
          {SYS_brk},
          {SYS_munmap},
          {SYS_mremap},
          {SYS_madvise},
          {SYS_getrandom},
          {SYS_getpid},
          {SYS_gettid},
          {SYS_sysinfo},  // qsort() asks for the memory's size
          {SYS_rt_sigprocmask},
          {SYS_rt_sigreturn},
          {SYS_restart_syscall},
          {SYS_exit},
          {SYS_exit_group},
          {SYS_mmap, {without(2, PROT_EXEC)}},
          {SYS_mprotect, {without(2, PROT_EXEC)}},
          {SYS_fcntl, {{1, all_bits, {F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC}}}},
          {SYS_tgkill, {{0, all_bits, {static_cast<std::uint32_t>(pid)}}}}};
}

Rules loop_rules() {
  return {{number_of_epoll_wait}, {SYS_epoll_pwait}, {SYS_epoll_ctl}, {SYS_epoll_create1}, {SYS_shutdown}};
}

Rules message_rules() {
  return {{SYS_recvmsg}, {SYS_sendmsg}, {SYS_recvfrom}, {SYS_sendto}};
}

Rules socket_rules() {
  return {{SYS_accept4}, {SYS_accept}, {SYS_setsockopt}, {SYS_getsockopt}, {SYS_getpeername}, {SYS_getsockname}};
}

Rules connect_rules(bool unix_sockets) {
  std::vector<std::uint32_t> domains{AF_INET, AF_INET6};
  if (unix_sockets) domains.push_back(AF_UNIX);
  return {{SYS_connect}, {SYS_socket, {{0, all_bits, domains}, {1, socket_kind, {SOCK_STREAM}}}}};
}

// Keys stay out of swap; the loop of a key process waits, it has no timer and no socket of its own.
Rules key_rules() {
  return {{number_of_epoll_wait}, {SYS_epoll_pwait}, {SYS_epoll_ctl}, {SYS_mlock}, {SYS_munlock}};
}

void add(Rules& rules, const Rules& more) {
  rules.insert(rules.end(), more.begin(), more.end());
}

Rules rules_of(Role role, bool unix_sockets, pid_t pid) {
  Rules rules;
  const bool holds_keys = role == Role::key_process || role == Role::helper_key;
  const bool connects = role == Role::worker || role == Role::helper_network;
  add(rules, holds_keys ? key_rules() : loop_rules());
  if (role != Role::relay) add(rules, message_rules());
  if (connects || role == Role::exporter || role == Role::receiver) add(rules, socket_rules());
  if (connects) add(rules, connect_rules(unix_sockets));
  if (role == Role::helper_network) rules.push_back({SYS_wait4});  // its program's exit status becomes its own
  if (role == Role::helper_relay) add(rules, {{SYS_getsockopt}, {SYS_setsockopt}, {SYS_wait4}});
  add(rules, common_rules(pid));
  return rules;
}

constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t mask = BPF_ALU | BPF_AND | BPF_K;
constexpr std::uint16_t jump_if_equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t jump_unless_less = BPF_JMP | BPF_JGE | BPF_K;
constexpr std::uint16_t always = BPF_JMP | BPF_JA;
constexpr std::uint16_t answer = BPF_RET | BPF_K;
constexpr sock_filter allow{answer, 0, 0, SECCOMP_RET_ALLOW};
constexpr sock_filter kill_process{answer, 0, 0, SECCOMP_RET_KILL_PROCESS};

sock_filter load_at(std::size_t offset) {
  return {load, 0, 0, static_cast<std::uint32_t>(offset)};
}

// Goes `ahead` instructions further when equal, to the next one otherwise.
sock_filter skip_if_equal(std::uint32_t value, std::size_t ahead) {
  return {jump_if_equal, static_cast<std::uint8_t>(ahead), 0, value};
}

sock_filter skip_unless_equal(std::uint32_t value, std::size_t ahead) {
  return {jump_if_equal, 0, static_cast<std::uint8_t>(ahead), value};
}

void assemble(const Condition& condition, std::vector<sock_filter>& code) {
  code.push_back(load_at(offsetof(seccomp_data, args) + condition.argument * sizeof(std::uint64_t)));
  code.push_back({mask, 0, 0, condition.mask});
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    code.push_back(skip_if_equal(condition.values[i], condition.values.size() - i));
  }
  code.push_back(kill_process);
}

// Allows or kills: nothing goes on behind it.
std::vector<sock_filter> body_of(const Rule& rule) {
  std::vector<sock_filter> body;
  for (const auto& condition : rule.conditions) assemble(condition, body);
  body.push_back(allow);
  return body;
}

// Rules that stand together in the filter: calls without conditions, in one run of numbers, or one with conditions.
struct Group {
  std::uint32_t first;
  std::vector<sock_filter> code;
};

constexpr std::size_t most_in_a_group = 5;

bool is_plain(const Rule& rule) {
  return rule.conditions.empty();
}

std::uint32_t number_of(const Rule& rule) {
  return static_cast<std::uint32_t>(rule.number);
}

// One instruction for each call.
Group plain_group(Rules::const_iterator from, Rules::const_iterator to) {
  Group group{number_of(*from), {}};
  for (auto rule = from; rule != to; ++rule) {
    group.code.push_back(skip_if_equal(number_of(*rule), static_cast<std::size_t>(to - rule)));
  }
  group.code.push_back(kill_process);
  group.code.push_back(allow);
  return group;
}

Group group_of(const Rule& rule) {
  const auto body = body_of(rule);
  Group group{number_of(rule), {skip_unless_equal(number_of(rule), body.size())}};
  group.code.insert(group.code.end(), body.begin(), body.end());
  group.code.push_back(kill_process);
  return group;
}

// `rules` by number.
std::vector<Group> groups_of(const Rules& rules) {
  std::vector<Group> groups;
  for (auto rule = rules.begin(); rule != rules.end();) {
    const auto limit = rule + std::min<std::ptrdiff_t>(most_in_a_group, rules.end() - rule);
    const auto end = std::find_if_not(rule, limit, is_plain);
    groups.push_back(end == rule ? group_of(*rule) : plain_group(rule, end));
    rule = std::max(end, rule + 1);
  }
  return groups;
}

// Halves, and halves of these: when a process enters it the kernel runs the program once for every call there is, and
// a helper enters three for each connection.
std::vector<sock_filter> search(std::vector<Group>::const_iterator from, std::vector<Group>::const_iterator to) {
  if (to - from == 1) return from->code;
  const auto middle = from + (to - from) / 2;
  const auto lower = search(from, middle);
  const auto upper = search(middle, to);
  // A conditional jump reaches 255 instructions.
  std::vector<sock_filter> code{{jump_unless_less, 0, 1, middle->first},
                                {always, 0, 0, static_cast<std::uint32_t>(lower.size())}};
  code.insert(code.end(), lower.begin(), lower.end());
  code.insert(code.end(), upper.begin(), upper.end());
  return code;
}

void assemble(Rules rules, std::vector<sock_filter>& code) {
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.number < b.number; });
  const auto same = [](const Rule& a, const Rule& b) { return a.number == b.number && is_plain(a) && is_plain(b); };
  rules.erase(std::unique(rules.begin(), rules.end(), same), rules.end());
  const auto groups = groups_of(rules);
  const auto tree = search(groups.begin(), groups.end());
  code.push_back(load_at(offsetof(seccomp_data, nr)));
  code.insert(code.end(), tree.begin(), tree.end());
}

}  // namespace

bool has_filter(Role role) {
  return role != Role::launcher && role != Role::resolver;
}

std::vector<sock_filter> filter_of(Role role, bool unix_sockets, pid_t pid) {
  // Calls of another architecture have other numbers. x32 calls have a bit no number of the lists has.
  std::vector<sock_filter> code{load_at(offsetof(seccomp_data, arch)), skip_if_equal(architecture, 1), kill_process};
  assemble(rules_of(role, unix_sockets, pid), code);
  return code;
}

base::Result<void> enter_filter(std::vector<sock_filter> filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (result > 0) return base::fail("seccomp: thread {} has a filter of its own", result);
  if (result < 0) return base::fail_errno("seccomp", errno);
  return {};
}

}  // namespace os
