// Crew: the processes of one set of certificates: a key process and its workers. A renewal starts a new crew beside the
// old one, which ends with its last session.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/shared/children.hpp"
#include "apps/tlsproxy/handoff_worker.hpp"
#include "apps/tlsproxy/proxy_log.hpp"
#include "base/result.hpp"
#include "os/process.hpp"

namespace app {

// Certificates as they were read, without their keys.
struct CrewCertificates {
  std::vector<ChainWithKey> chains;
  std::vector<keys::KeySource> keys;  // of each chain
  std::vector<std::string> warnings;  // what was left out, a line each
};

struct CrewPlan {
  CrewCertificates certificates;
  tls::ServerSettings tls;
  SharedSessionsPlan sessions;
  std::optional<postfix::SharedTicketKey> ticket_key;
  std::string tlsmgr;  // the path of its socket, relative to the queue directory
  postfix::Version version;
  int log_level = 0;
  ProxyLog log;  // each worker opens its own
  pid_t child = 0;
  std::string generation;
  int listener = -1;      // the supervisor's; each worker gets a copy
  int only_session = -1;  // -S: the stream, instead of a listener
  int status = -1;
  unsigned workers = 1;
  os::User user;      // of the workers
  os::User key_user;  // of the key process
  std::string jail;
  HandoffUse* use = nullptr;
};

class Crew {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts everything and waits until each process said that it is ready. On failure what was started ends.
  [[nodiscard]] static base::Result<std::unique_ptr<Crew>> start(CrewPlan plan);

  // A child ended: true when it was one of these. One that was still wanted: lost() says so.
  [[nodiscard]] bool on_end(const os::Ended& ended);
  // What ended before its time, for the log; empty while all is well.
  [[nodiscard]] const std::string& lost() const { return lost_; }

  // Each is readable when its worker wants something, or has gone: answer() then.
  [[nodiscard]] std::vector<int> controls() const;
  void answer(int control);

  // Asks who has not been asked for a third of `limit`. False: one has not answered for `limit`; it is ended.
  [[nodiscard]] bool alive(std::chrono::seconds limit);

  void finish();                    // accept no more; sessions end by themselves
  void end() const;                 // with its sessions
  [[nodiscard]] bool over() const;  // all are gone

  // What the jail had to leave out, one a line.
  [[nodiscard]] const std::string& left_out() const { return left_out_; }

 private:
  struct Worker {
    pid_t pid = 0;
    os::UniqueFd control;
    os::FdPair keys;  // first: the worker's end, second: the key process's
    Clock::time_point asked = Clock::now();
    bool answered = true;
    Clock::time_point last_stream;  // to tlsmgr
  };

  explicit Crew(CrewPlan plan) : plan_(std::move(plan)) {}

  [[nodiscard]] base::Result<void> start_keys();
  [[nodiscard]] base::Result<void> start_worker(unsigned number);
  [[nodiscard]] base::Result<void> await_worker(const Worker& worker);
  [[nodiscard]] base::Result<os::UniqueFd> stream_for(Worker& worker) const;
  [[nodiscard]] HandoffWorkerSpec worker_spec(unsigned number) const;

  CrewPlan plan_;
  KeyProcess keys_;
  std::vector<Worker> workers_;
  std::string lost_;
  std::string left_out_;
  bool finishing_ = false;
};

}  // namespace app
