// The empty root directory: made, checked through one descriptor, entered through the same.
#include "os/chroot.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "os/fd.hpp"

namespace os {
namespace {

bool is_ours_to_make(const std::string& path) {
  return path.rfind("/run/", 0) == 0 || path.rfind("/var/lib/", 0) == 0;
}

bool made_directory(const std::string& path, mode_t mode) {
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST;
}

// The directory and its parents; the mode is not the umask's to change.
base::Result<void> make_directory(const std::string& path) {
  const mode_t before = umask(022);
  bool made = true;
  for (auto slash = path.find('/', 1); made && slash != std::string::npos; slash = path.find('/', slash + 1)) {
    made = made_directory(path.substr(0, slash), 0755);
  }
  made = made && made_directory(path, 0555);
  const int fault = errno;
  umask(before);
  if (!made) return base::fail_errno("jail directory " + path, fault);
  return {};
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

bool is_empty(UniqueFd copy) {
  const std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(copy.get()));
  if (!directory) return false;
  [[maybe_unused]] const int closed_by_closedir = copy.release();
  for (const dirent* entry = readdir(directory.get()); entry != nullptr; entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

base::Result<void> check(int fd, const std::string& path) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return base::fail_errno("jail directory " + path, errno);
  if (status.st_uid != 0)
    return base::fail("jail directory {}: must belong to root, not to uid {}", path, status.st_uid);
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return base::fail("jail directory {}: only root may be able to write it (chmod 0555)", path);
  }
  auto copy = duplicate(fd);
  if (!copy) return tl::unexpected(copy.error());
  if (!is_empty(std::move(*copy))) return base::fail("jail directory {}: must be empty", path);
  return {};
}

}  // namespace

base::Result<void> enter_empty_root(const std::string& path) {
  if (is_ours_to_make(path)) {
    if (const auto made = make_directory(path); !made) return made;
  }
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return base::fail_errno("jail directory " + path, errno);
  if (const auto checked = check(fd.get(), path); !checked) return checked;
  if (fchdir(fd.get()) != 0 || chroot(".") != 0 || chdir("/") != 0) return base::fail_errno("chroot " + path, errno);
  return {};
}

}  // namespace os
