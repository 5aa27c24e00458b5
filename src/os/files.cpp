// Whole files, read through one descriptor that is checked after it is open: what was checked is what is read.
#include "os/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "os/fd.hpp"

namespace os {
namespace {

constexpr std::size_t first_piece = 4096;

struct OpenFile {
  UniqueFd fd;
  std::size_t size = 0;
  mode_t mode = 0;
};

// O_NONBLOCK: opening a FIFO must not wait for its writer.
base::Result<OpenFile> open_regular(const std::string& path, std::size_t limit) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return base::fail_errno(path, errno);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) return base::fail_errno(path, errno);
  if (!S_ISREG(status.st_mode)) return base::fail("{}: not a regular file", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) return base::fail("{}: {} octets, at most {} are allowed", path, size, limit);
  return OpenFile{std::move(fd), size, status.st_mode};
}

// Fills room[0..size) as far as the file goes; how much that was, or -1 with errno.
ssize_t read_whole(int fd, char* room, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(fd, room + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

base::Result<std::string> read_file(const std::string& path, std::size_t limit) {
  auto file = open_regular(path, limit);
  if (!file) return tl::unexpected(file.error());
  // Files of /proc say 0 octets and have more: one over the limit is asked for to notice.
  const std::size_t most = file->size > 0 ? file->size : limit + 1;
  std::string text;
  for (bool ended = false; !ended && text.size() < most;) {
    const std::size_t before = text.size();
    text.resize(std::min(most, before + std::max({file->size, before, first_piece})));
    const ssize_t got = read_whole(file->fd.get(), text.data() + before, text.size() - before);
    if (got < 0) return base::fail_errno(path, errno);
    ended = before + static_cast<std::size_t>(got) < text.size();
    text.resize(before + static_cast<std::size_t>(got));
  }
  if (text.size() > limit) return base::fail("{}: more than {} octets", path, limit);
  return text;
}

base::Result<base::Secret> read_secret_file(const std::string& path, std::size_t limit) {
  auto file = open_regular(path, limit);
  if (!file) return tl::unexpected(file.error());
  if ((file->mode & (S_IRWXO | S_IWGRP)) != 0) {
    return base::fail("{}: mode {:04o} lets others read it or its group write it (chmod 0640)", path,
                      file->mode & 07777U);
  }
  base::Secret secret(file->size);
  const ssize_t got = read_whole(file->fd.get(), secret.data(), secret.size());
  if (got < 0) return base::fail_errno(path, errno);
  if (static_cast<std::size_t>(got) != secret.size()) return base::fail("{}: changed while it was read", path);
  return secret;
}

}  // namespace os
