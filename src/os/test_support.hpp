// What the tests of os/ share: a directory of their own, children whose end is awaited, and whole streams.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "os/fd.hpp"
#include "os/process.hpp"

namespace os {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((std::filesystem::temp_directory_path() / "os_test.XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline int status_of(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// "exit status 0" of a child that runs the action.
inline std::string end_of(const std::function<int()>& action) {
  const auto pid = fork_role(action, true);
  return pid ? text_of_status(status_of(*pid)) : pid.error().text;
}

inline std::string read_to_end(int fd) {
  std::string text;
  char bytes[4096];
  for (ssize_t got = read(fd, bytes, sizeof bytes); got > 0; got = read(fd, bytes, sizeof bytes)) {
    text.append(bytes, static_cast<std::size_t>(got));
  }
  return text;
}

inline void write_file(const std::string& path, const std::string& text, unsigned mode = 0600) {
  unlink(path.c_str());  // the file before may be read-only
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  ASSERT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ASSERT_EQ(chmod(path.c_str(), mode), 0);
}

}  // namespace os
