// Listeners: the listening sockets, held by the supervisor for as long as the service lives: workers come and go, the
// queues of clients stay.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "apps/ehlock/serve/worker.hpp"
#include "base/result.hpp"
#include "config/serve_plan.hpp"
#include "os/init_system.hpp"

namespace app {

class Listeners {
 public:
  // Takes over sockets of the service manager: the listeners a plan is to have for them. One that does not listen is an
  // error.
  [[nodiscard]] base::Result<std::vector<config::Listener>> adopt(std::vector<os::PassedSocket> passed);

  // Opens what the plan names and is not open yet; one socket for each worker where the kernel can spread clients
  // (TCP), else one for all. A port that another program listens on is refused, even if it would share it. On failure
  // nothing has changed.
  [[nodiscard]] base::Result<void> open(const std::vector<config::Listener>& wanted, unsigned workers);

  // Closes what the plan no longer names.
  void keep_only(const std::vector<config::Listener>& wanted);

  // Duplicates for worker `number`, in the order of the plan.
  [[nodiscard]] base::Result<std::vector<WorkerListener>> for_worker(const std::vector<config::Listener>& wanted,
                                                                     unsigned number) const;

  // "[127.0.0.1]:2525 (STARTTLS)" for each socket address.
  [[nodiscard]] std::vector<std::string> texts(const std::vector<config::Listener>& wanted) const;

 private:
  // Of one address of one listener: a socket for each worker, or one for all.
  using Sockets = std::vector<os::UniqueFd>;
  // Other addresses of a port that is ours may overlap what is open, or what workers are about to close.
  [[nodiscard]] base::Result<std::vector<Sockets>> open_endpoint(const config::Listener& listener, unsigned workers);

  std::map<std::string, std::vector<Sockets>> open_;  // by the endpoint's text
  std::set<std::uint16_t> ports_;                     // all that have been ours
};

// What the exporter listens on, served like a listener of one worker; none without --metrics.
[[nodiscard]] std::vector<config::Listener> metrics_listeners(const config::ServePlan& plan);

}  // namespace app
