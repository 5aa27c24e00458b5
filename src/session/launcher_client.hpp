// LauncherClient: a worker's side of the launcher: asks for a program's (or a UNIX socket's) descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"
#include "session/correspondent.hpp"
#include "session/launch_wire.hpp"

namespace session {

struct Launched {
  os::UniqueFd socket;
  Correspondent::Message release;  // for release()
};

class LauncherClient {
 public:
  LauncherClient(net::Loop& loop, os::UniqueFd channel, std::uint64_t first_number);

  // The environment matters for programs only. An error in words: "100 programs are running", "no answer".
  [[nodiscard]] net::Task<base::Result<Launched>> launch(LaunchTarget target, std::vector<std::string> environment,
                                                         net::Deadline deadline);

  // The session that had it is over. Needs no memory.
  void release(Correspondent::Message release) { correspondent_.tell(std::move(release)); }

  [[nodiscard]] Correspondent& correspondent() { return correspondent_; }

 private:
  Correspondent correspondent_;
};

}  // namespace session
