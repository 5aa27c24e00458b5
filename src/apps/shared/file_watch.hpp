// FileWatch: notices that certificate files changed: by inotify on their folders (which sees certbot's replaced links
// and Kubernetes' swapped ..data too), and by comparing their contents, which a poll asks for each minute as well.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

namespace app {

class FileWatch {
 public:
  [[nodiscard]] static base::Result<FileWatch> start();

  // Readable when something happened in one of the folders.
  [[nodiscard]] int fd() const { return notices_.get(); }
  void clear_notices();

  // From now on these files; what they are now counts as seen.
  void watch(const std::vector<std::string>& files);

  // True when a file is another than at the last call (or at watch()): other inode, size or time of change.
  [[nodiscard]] bool changed();

 private:
  struct Mark {
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  [[nodiscard]] static Mark mark_of(const std::string& file);

  os::UniqueFd notices_;
  std::map<std::string, Mark> files_;
  std::map<std::string, int> folders_;
};

}  // namespace app
