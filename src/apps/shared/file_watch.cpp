#include "apps/shared/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <set>

namespace app {
namespace {

constexpr std::uint32_t interesting = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;

std::string folder_of(const std::string& file) {
  const auto parent = std::filesystem::path(file).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

base::Result<FileWatch> FileWatch::start() {
  FileWatch watch;
  watch.notices_ = os::UniqueFd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!watch.notices_) return base::fail_errno("inotify", errno);
  return watch;
}

void FileWatch::clear_notices() {
  std::array<char, 4096> ignored{};
  while (::read(notices_.get(), ignored.data(), ignored.size()) > 0) {
  }
}

FileWatch::Mark FileWatch::mark_of(const std::string& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) return {};
  return {about.st_ino, about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
}

void FileWatch::watch(const std::vector<std::string>& files) {
  std::set<std::string> wanted;
  files_.clear();
  for (const auto& file : files) {
    files_[file] = mark_of(file);
    wanted.insert(folder_of(file));
  }
  for (auto folder = folders_.begin(); folder != folders_.end();) {
    if (wanted.erase(folder->first) > 0) {
      ++folder;
      continue;
    }
    ::inotify_rm_watch(notices_.get(), folder->second);
    folder = folders_.erase(folder);
  }
  for (const auto& folder : wanted) {
    // A folder that cannot be watched is left to the poll.
    const int number = ::inotify_add_watch(notices_.get(), folder.c_str(), interesting);
    if (number >= 0) folders_[folder] = number;
  }
}

bool FileWatch::changed() {
  bool any = false;
  for (auto& [file, seen] : files_) {
    const Mark now = mark_of(file);
    if (now == seen) continue;
    seen = now;
    any = true;
  }
  return any;
}

}  // namespace app
