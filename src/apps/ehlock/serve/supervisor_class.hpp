// Supervisor: the class behind serve(). What it does by itself is in supervisor.cpp, what the operator asks it for on
// the admin socket in supervisor_admin.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/ehlock/serve/admin_commands.hpp"
#include "apps/ehlock/serve/admin_socket.hpp"
#include "apps/ehlock/serve/generation.hpp"
#include "apps/ehlock/serve/listeners.hpp"
#include "apps/ehlock/serve/next_generation.hpp"
#include "apps/shared/agenda.hpp"
#include "apps/shared/file_watch.hpp"
#include "base/secret.hpp"
#include "os/init_system.hpp"

namespace app {

// Memory shared with all processes, which outlives every one of them.
struct SharedMemory {
  admission::Ledger& ledger;
  reputation::Table& table;
  session::Board& board;
};

class Supervisor {
 public:
  Supervisor(std::vector<std::string> arguments, SharedMemory shared, FileWatch watch);

  int run();

 private:
  [[nodiscard]] bool adopt_sockets();
  void watch_over();
  [[nodiscard]] tl::expected<void, NotStarted> start();
  void loop(int signals);
  void on_signal(int number);
  void on_ends();
  void reload(std::string_view why);
  void replace_current(std::unique_ptr<Generation> fresh);
  void drain_oldest();
  void look_at_files();
  void look_at_epoch();
  void restart_missing();
  void reopen_log();
  void drain();
  void open_admin();
  [[nodiscard]] AdminDeeds deeds();
  [[nodiscard]] std::string reload_asked();
  [[nodiscard]] bool kill_session(const std::string& id);
  [[nodiscard]] std::vector<session::Listed> sessions() const;
  void announce() const;
  void say(log::Severity severity, std::string_view text) const;
  [[nodiscard]] std::vector<tls::TicketKey> ticket_keys(const Prepared& prepared) const;
  [[nodiscard]] bool over() const;

  std::vector<std::string> arguments_;
  admission::Ledger& ledger_;
  reputation::Table& table_;
  session::Board& board_;
  FileWatch watch_;
  os::InitSystem init_ = os::InitSystem::of_environment();
  std::vector<config::Listener> passed_;  // sockets the init system opened
  base::Secret own_secret_;               // tickets without a configured secret: resumption until this process ends
  std::unique_ptr<log::Sink> sink_;
  Agenda agenda_;
  AdminSocket admin_;
  std::string last_reload_;  // why it failed; empty: it did not
  Listeners listeners_;
  std::unique_ptr<Generation> current_;
  std::vector<std::shared_ptr<Generation>> former_;  // oldest first
  std::int64_t epoch_ = 0;
  bool ending_ = false;
  bool restart_planned_ = false;
};

}  // namespace app
