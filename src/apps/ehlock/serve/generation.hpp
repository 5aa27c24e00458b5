// Generation: the processes of one configuration: key processes, launcher, workers. A reload starts a new generation
// beside the old one, which ends when its last session did.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admission/ledger.hpp"
#include "apps/ehlock/serve/control_wire.hpp"
#include "apps/ehlock/serve/listeners.hpp"
#include "apps/ehlock/serve/prepared.hpp"
#include "base/result.hpp"
#include "log/sink.hpp"
#include "os/fd.hpp"
#include "os/process.hpp"
#include "reputation/table.hpp"
#include "session/board.hpp"
#include "session/roster.hpp"
#include "tls/tickets.hpp"

namespace app {

// What every generation gets from the supervisor; outlives them.
struct Surroundings {
  const Listeners& listeners;
  admission::Ledger* ledger;  // null: no worker is started
  reputation::Table* table;   // the same
  session::Board& board;
  const std::unique_ptr<log::Sink>& sink;  // may be opened anew at any time
};

class Generation {
 public:
  // Starts everything and waits until each process said that it is ready. On failure what was started is ended.
  [[nodiscard]] static base::Result<std::unique_ptr<Generation>> start(Prepared prepared, Surroundings around,
                                                                       std::vector<tls::TicketKey> ticket_keys);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  [[nodiscard]] const Prepared& prepared() const { return prepared_; }

  // A child ended: true when it was one of ours. One that was still wanted is to be started again: restart_wanted().
  [[nodiscard]] bool on_end(const os::Ended& ended);

  // Starts again what ended before its time; what cannot be started is logged and stays wanted.
  void restart_missing(const std::vector<tls::TicketKey>& ticket_keys);
  [[nodiscard]] bool something_missing() const;
  // How long to wait before the next restart: grows while processes die young.
  [[nodiscard]] std::chrono::milliseconds restart_delay() const { return restart_delay_; }

  void give_ticket_keys(const std::vector<tls::TicketKey>& keys);
  void give_log_file(int file);  // opened anew
  void kill_session(const std::string& id);
  void trace(const Trace& what) { order(what); }
  [[nodiscard]] std::vector<session::Listed> sessions() const;
  void finish();                    // let sessions end by themselves; nothing is restarted from now on
  void end();                       // 421 to idle clients
  void kill();                      // at once
  [[nodiscard]] bool over() const;  // the last worker is gone
  [[nodiscard]] bool ending() const { return ending_; }

 private:
  struct Child {
    std::string name;
    pid_t pid = 0;
    os::UniqueFd control;  // our end; its end of file ends the child
    std::chrono::steady_clock::time_point started;
    bool reads_orders = false;
    std::optional<std::size_t> place;  // a worker's, in the board
  };
  struct Slot {
    unsigned number = 0;
    std::optional<admission::OpenAccount> account;  // what the worker counts; closed when it is gone
    os::FdPair keys;      // first: the worker's end, second: the key processes'. Both outlive any of them.
    os::FdPair launcher;  // the same for the launcher; empty without one
    os::FdPair resolver;  // and for the resolver
    Child worker;
    session::Roster* roster = nullptr;  // of the worker that runs, or ran last
    void forget_roster();
  };

  Generation(Prepared prepared, Surroundings around) : prepared_(std::move(prepared)), around_(around) {}

  [[nodiscard]] base::Result<void> make_slots();
  [[nodiscard]] base::Result<void> start_all(const std::vector<tls::TicketKey>& ticket_keys);
  [[nodiscard]] base::Result<void> start_key_process(Child& child);
  [[nodiscard]] base::Result<void> start_launcher();
  [[nodiscard]] base::Result<void> start_resolver();
  [[nodiscard]] base::Result<void> start_exporter();
  [[nodiscard]] base::Result<void> await_exporter() const;
  void give_back_place(Child& child) const;
  [[nodiscard]] base::Result<void> start_worker(Slot& slot, const std::vector<tls::TicketKey>& ticket_keys);
  [[nodiscard]] base::Result<void> await_worker(Slot& slot);
  [[nodiscard]] WorkerSpec worker_spec(const Slot& slot, const std::vector<tls::TicketKey>& ticket_keys) const;
  [[nodiscard]] bool needs_launcher() const;
  [[nodiscard]] bool needs_resolver() const { return prepared_.plan.reverse_names; }
  void note_end(Child& child, const os::Ended& ended);
  void close_accounts();
  void order(const Order& order);
  [[nodiscard]] std::vector<Child*> children();

  Prepared prepared_;
  Surroundings around_;
  std::vector<Child> key_processes_;
  Child launcher_;
  Child resolver_;
  Child exporter_;
  std::vector<Slot> slots_;
  bool finishing_ = false;
  bool ending_ = false;
  bool first_start_ = true;
  std::chrono::milliseconds restart_delay_{0};
};

}  // namespace app
