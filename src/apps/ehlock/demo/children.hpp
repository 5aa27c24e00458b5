// DemoChildren: the processes of `ehlock run`, started, watched, and ended one by one, in the order they were started
// last. Each dies with this process, however that ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

namespace app {

class DemoChildren {
 public:
  // Blocks SIGINT, SIGTERM and SIGCHLD in this process.
  [[nodiscard]] static base::Result<DemoChildren> begin();
  ~DemoChildren() { end_all(); }
  DemoChildren(DemoChildren&&) = default;
  DemoChildren& operator=(DemoChildren&&) = delete;
  DemoChildren(const DemoChildren&) = delete;
  DemoChildren& operator=(const DemoChildren&) = delete;

  [[nodiscard]] base::Result<void> start(std::string name, const std::function<int()>& role);

  enum class Event { nothing, told_to_stop, child_ended };
  // What happens next, within `limit`.
  [[nodiscard]] Event wait(std::chrono::milliseconds limit);

  // "the sink ended: exit status 1", of a child that ended by itself.
  [[nodiscard]] const std::string& epitaph() const { return epitaph_; }

  // SIGTERM, and SIGKILL to one that does not mind.
  void end_all();

 private:
  struct Child {
    std::string name;
    pid_t pid = 0;
  };
  DemoChildren() = default;
  void collect();
  [[nodiscard]] bool runs(pid_t pid) const;
  [[nodiscard]] bool wait_for_end(pid_t pid, std::chrono::milliseconds limit);

  os::UniqueFd signals_;
  std::vector<Child> children_;
  std::string epitaph_;
};

}  // namespace app
