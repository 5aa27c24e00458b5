// Users: the system's, and numbers nobody has.
#include "os/user.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/text.hpp"
#include "os/files.hpp"

namespace os {
namespace {

std::vector<gid_t> groups_of(const char* name, gid_t gid) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (getgrouplist(name, gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    getgrouplist(name, gid, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

User user_of(const passwd& entry) {
  return {entry.pw_name, entry.pw_uid, entry.pw_gid, groups_of(entry.pw_name, entry.pw_gid)};
}

// Numbers far from people, services, systemd's dynamic users (61184 up) and containers (to 0x6fffffff); the second
// for user namespaces that have only 65536 numbers.
struct Numbers {
  uid_t first;
  uid_t count;
};
constexpr Numbers far_numbers{0x70000000, 0x0ffffffe};
constexpr Numbers near_numbers{40000, 20000};

// Whether the numbers exist in this user namespace: "inside outside count" lines.
bool are_mapped(const Numbers& numbers) {
  const auto map = read_file("/proc/self/uid_map", 65536);
  if (!map) return false;
  for (const auto line : base::split(*map, '\n')) {
    std::vector<uid_t> fields;
    for (const auto word : base::split(line, ' ')) {
      if (!word.empty()) fields.push_back(base::number<uid_t>(word).value_or(0));
    }
    if (fields.size() == 3 && fields[0] <= numbers.first &&
        numbers.first - fields[0] + std::uint64_t{numbers.count} <= fields[2]) {
      return true;
    }
  }
  return false;
}

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

// What getline(3) takes from malloc.
struct Line {
  Line() = default;
  ~Line() { std::free(text); }  // NOLINT(cppcoreguidelines-no-malloc): getline's
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  char* text = nullptr;
  std::size_t room = 0;
};

// name:password:uid:gid:...
bool has_number(std::string_view line, uid_t number) {
  const auto fields = base::split(line, ':');
  const auto is_it = [&](std::string_view field) { return base::number<uid_t>(field) == number; };
  return fields.size() > 3 && (is_it(fields[2]) || is_it(fields[3]));
}

// The password file itself, not the name service: it may be asked for each connection.
bool in_password_file(uid_t uid) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen("/etc/passwd", "re"));
  if (!file) return false;
  Line line;
  while (getline(&line.text, &line.room, file.get()) > 0) {
    if (has_number(line.text, uid)) return true;
  }
  return false;
}

// getpriority(2) tells in one call whether any process has the uid, whatever of /proc may be seen.
bool is_running(uid_t uid) {
  errno = 0;
  getpriority(PRIO_USER, uid);
  return errno != ESRCH;
}

std::uint32_t random_number() {
  std::uint32_t number = 0;
  while (getrandom(&number, sizeof number, 0) != sizeof number) {
  }
  return number;
}

}  // namespace

base::Result<User> find_user(std::string_view name) {
  const std::string text(name);
  if (const passwd* entry = getpwnam(text.c_str()); entry != nullptr) return user_of(*entry);
  const auto uid = base::number<uid_t>(name);
  // -1 means "leave as it is" to setresuid(2).
  if (!uid || *uid == static_cast<uid_t>(-1)) return base::fail("{}: no such user", base::escaped(name));
  if (const passwd* entry = getpwuid(*uid); entry != nullptr) return user_of(*entry);
  return User{text, *uid, *uid, {*uid}};
}

base::Result<gid_t> find_group(std::string_view name) {
  const std::string text(name);
  if (const group* entry = getgrnam(text.c_str()); entry != nullptr) return entry->gr_gid;
  const auto gid = base::number<gid_t>(name);
  if (!gid || *gid == static_cast<gid_t>(-1)) return base::fail("{}: no such group", base::escaped(name));
  return *gid;
}

User unused_user() {
  const Numbers numbers = are_mapped(far_numbers) ? far_numbers : near_numbers;
  for (;;) {
    const uid_t uid = numbers.first + random_number() % numbers.count;
    if (in_password_file(uid) || is_running(uid)) continue;
    return {fmt::to_string(uid), uid, uid, {uid}};
  }
}

}  // namespace os
