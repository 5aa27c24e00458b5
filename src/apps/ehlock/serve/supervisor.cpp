#include "apps/ehlock/serve/supervisor.hpp"

#include <poll.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/listeners.hpp"
#include "apps/ehlock/serve/next_generation.hpp"
#include "apps/ehlock/serve/prepared.hpp"
#include "apps/ehlock/serve/sinks.hpp"
#include "apps/ehlock/serve/supervisor_class.hpp"
#include "apps/shared/agenda.hpp"
#include "apps/shared/file_watch.hpp"
#include "base/text.hpp"
#include "config/load.hpp"
#include "os/init_system.hpp"
#include "os/limits.hpp"
#include "os/shared_memory.hpp"
#include "tls/library.hpp"

namespace app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::size_t ticket_secret_size = 32;
constexpr seconds look_at_files_each{60};
// Several files of one renewal change one after the other: wait for the last.
constexpr milliseconds after_a_change{300};
constexpr seconds look_at_epoch_each{10};
constexpr int most_readings = 5;
constexpr seconds after_draining{10};
constexpr std::string_view serving = "serving";
// Generations whose sessions may take as long as they like; the ones before are drained, so that frequent reloads under
// long sessions do not fill the machine with processes.
constexpr std::size_t most_former = 8;

// Keys of an hour are made when it begins.
std::int64_t start_of_ticket_epoch() {
  const std::int64_t now = session::seconds_now();
  return now - now % std::chrono::seconds(std::chrono::hours(1)).count();
}

base::Secret random_secret() {
  base::Secret secret(ticket_secret_size);
  (void)!::getrandom(secret.data(), secret.size(), 0);
  return secret;
}

// What finds its places by a keyed hash. Zeroed as it comes: constructing it would use all of its memory.
template <typename T>
base::Result<T*> make_keyed() {
  const auto memory = os::make_shared_memory(sizeof(T));
  if (!memory) return tl::unexpected(memory.error());
  auto* made = static_cast<T*>(*memory);
  (void)!::getrandom(&made->key, sizeof made->key, 0);
  return made;
}

}  // namespace

Supervisor::Supervisor(std::vector<std::string> arguments, SharedMemory shared, FileWatch watch)
    : arguments_(std::move(arguments)),
      ledger_(shared.ledger),
      table_(shared.table),
      board_(shared.board),
      watch_(std::move(watch)),
      own_secret_(random_secret()) {}

void Supervisor::say(log::Severity severity, std::string_view text) const {
  for (const auto line : base::split(text, '\n')) sink_->write(severity, line);
}

std::vector<tls::TicketKey> Supervisor::ticket_keys(const Prepared& prepared) const {
  std::vector<base::Secret> secrets;
  for (const auto& secret : prepared.ticket_secrets) secrets.push_back(secret.copy());
  if (secrets.empty()) secrets.push_back(own_secret_.copy());
  return tls::current_ticket_keys(secrets, tls::ticket_epoch(system_clock::now()));
}

tl::expected<void, NotStarted> Supervisor::start() {
  config::Environment environment = config::process_environment();
  environment.passed = passed_;
  auto fresh = next_generation(arguments_, environment, listeners_, {listeners_, &ledger_, &table_, board_, sink_},
                               [this](const Prepared& prepared) { return ticket_keys(prepared); });
  if (!fresh) return tl::unexpected(fresh.error());
  replace_current(std::move(*fresh));
  return {};
}

void Supervisor::replace_current(std::unique_ptr<Generation> fresh) {
  if (current_) {
    current_->finish();
    former_.push_back(std::move(current_));
    drain_oldest();
  }
  current_ = std::move(fresh);
  sink_ = make_sink(current_->prepared().plan);
  open_admin();
  listeners_.keep_only(all_listeners(current_->prepared().plan));
  board_.reloaded = session::seconds_now();
  board_.ticket_keys_from = start_of_ticket_epoch();
  watch_.watch(files_of(current_->prepared()));
  for (const auto& chain : current_->prepared().chains) say(log::Severity::info, "certificate " + text_of(chain));
  for (const auto& warning : current_->prepared().warnings) say(log::Severity::warning, "warning: " + warning);
}

void Supervisor::drain_oldest() {
  for (std::size_t i = 0; i + most_former < former_.size(); ++i) {
    if (former_[i]->ending()) continue;
    const seconds limit = former_[i]->prepared().plan.drain;
    say(log::Severity::info, fmt::format("more than {} earlier configurations still have sessions: draining the oldest "
                                         "for at most {} s",
                                         most_former, limit.count()));
    former_[i]->end();
    agenda_.in(limit, [oldest = std::weak_ptr(former_[i])] {
      if (const auto still = oldest.lock()) still->kill();
    });
  }
}

void Supervisor::reload(std::string_view why) {
  if (ending_) return;
  say(log::Severity::info, fmt::format("reloading: {}", why));
  init_.tell_reloading();
  (void)watch_.changed();
  auto reloaded = start();
  // Files that were replaced while they were read do not fit each other: read again.
  for (int again = 0; !reloaded && again < most_readings && watch_.changed(); ++again) reloaded = start();
  init_.tell(fmt::format("READY=1\nSTATUS={}", reloaded ? serving : "serving; the last reload failed, see the log"));
  board_.tallies.add({"reload", reloaded ? "ok" : "failed"});
  last_reload_ = reloaded ? "" : reloaded.error().text;
  if (reloaded) {
    say(log::Severity::info, "reloaded");
    return;
  }
  say(log::Severity::error, "reload failed, the old configuration stays: " + reloaded.error().text);
  watch_.watch(files_of(current_->prepared()));
}

void Supervisor::look_at_files() {
  if (watch_.changed()) reload("files changed");
}

void Supervisor::look_at_epoch() {
  const std::int64_t now = tls::ticket_epoch(system_clock::now());
  if (now == epoch_) return;
  epoch_ = now;
  board_.ticket_keys_from = start_of_ticket_epoch();
  current_->give_ticket_keys(ticket_keys(current_->prepared()));
  for (const auto& generation : former_) generation->give_ticket_keys(ticket_keys(generation->prepared()));
}

void Supervisor::restart_missing() {
  restart_planned_ = false;
  if (ending_) return;
  current_->restart_missing(ticket_keys(current_->prepared()));
  on_ends();
}

void Supervisor::on_ends() {
  for (const auto& ended : os::reap()) {
    if (current_->on_end(ended)) continue;
    for (const auto& generation : former_) {
      if (generation->on_end(ended)) break;
    }
  }
  std::erase_if(former_, [](const auto& generation) { return generation->over(); });
  if (!current_->something_missing() || restart_planned_) return;
  restart_planned_ = true;
  agenda_.in(current_->restart_delay(), [this] { restart_missing(); });
}

// Where the file cannot be opened the old one goes on.
void Supervisor::reopen_log() {
  const config::ServePlan& plan = current_->prepared().plan;
  if (plan.log.kind != config::LogKind::file) {
    sink_ = make_sink(plan);
    return;
  }
  auto file = log::open_log_file(plan.log.file);
  if (!file) {
    say(log::Severity::error, file.error().text);
    return;
  }
  current_->give_log_file(file->get());
  for (const auto& generation : former_) {
    if (generation->prepared().plan.log.file == plan.log.file) generation->give_log_file(file->get());
  }
  sink_->turn_to(std::move(*file));
  say(log::Severity::info, "log opened anew");
}

void Supervisor::drain() {
  if (ending_) {
    say(log::Severity::info, "ending at once");
    current_->kill();
    for (const auto& generation : former_) generation->kill();
    return;
  }
  ending_ = true;
  board_.draining = true;
  const seconds limit = current_->prepared().plan.drain;
  say(log::Severity::info, fmt::format("draining for at most {} s", limit.count()));
  // Not to be killed while sessions end: longer than the default of the service manager if need be.
  init_.tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\nSTATUS=draining for at most {} s",
                         std::chrono::microseconds(limit + after_draining).count(), limit.count()));
  listeners_ = Listeners();
  current_->end();
  for (const auto& generation : former_) generation->end();
  agenda_.in(limit, [this] { drain(); });
}

void Supervisor::on_signal(int number) {
  if (number == SIGCHLD) on_ends();
  if (number == SIGHUP) reload("SIGHUP");
  if (number == SIGUSR1) reopen_log();
  if (number == SIGUSR2) say(log::Severity::info, "counters: " + session::text_of(board_));
  if (number == SIGTERM) drain();
  if (number == SIGINT || number == SIGQUIT) {
    ending_ = true;
    drain();
  }
}

bool Supervisor::over() const {
  return ending_ && former_.empty() && current_->over();
}

void Supervisor::announce() const {
  for (const auto& text : listeners_.texts(current_->prepared().plan.listeners)) {
    say(log::Severity::info, "listening on " + text);
  }
  if (const auto& metrics = current_->prepared().plan.metrics) {
    say(log::Severity::info, fmt::format("metrics on {}", metrics->text()));
  }
  if (current_->prepared().plan.backend && current_->prepared().plan.identity == session::Identity::none) {
    say(log::Severity::warning,
        "warning: identity none: the backend sees every client as this machine; what it allows itself it allows "
        "everybody");
  }
  say(log::Severity::info, "ready");
  init_.tell(fmt::format("READY=1\nSTATUS={}", serving));
}

bool Supervisor::adopt_sockets() {
  auto adopted = listeners_.adopt(os::take_passed_sockets());
  if (adopted) passed_ = std::move(*adopted);
  if (!adopted) say(log::Severity::error, adopted.error().text);
  return adopted.has_value();
}

// Proof of life of this process; it looks after the others itself.
void Supervisor::watch_over() {
  const auto interval = init_.watchdog_interval();
  if (interval.count() > 0) agenda_.each(interval, [this] { init_.tell("WATCHDOG=1"); });
}

void Supervisor::loop(int signals) {
  const AdminDeeds admin = deeds();
  while (!over()) {
    std::vector<pollfd> watched{{signals, POLLIN, 0}, {watch_.fd(), POLLIN, 0}};
    admin_.add_to(watched);
    if (::poll(watched.data(), watched.size(), agenda_.until_next()) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) {
      watch_.clear_notices();
      agenda_.in(after_a_change, [this] { look_at_files(); });
    }
    signalfd_siginfo info{};
    while (watched[0].revents != 0 && ::read(signals, &info, sizeof info) == sizeof info) {
      on_signal(static_cast<int>(info.ssi_signo));
    }
    admin_.serve([&admin](const std::string& command) { return answer_of(admin, command); });
    agenda_.perform_due();
  }
  admin_.close();
}

int Supervisor::run() {
  os::leave_no_core();  // the ticket secret is here
  os::no_signals_for_writes();
  sink_ = first_sink("ehlock");
  const auto signals = os::signals_as_descriptor({SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2});
  if (!signals) return EX_OSERR;
  if (!adopt_sockets()) return EX_CONFIG;
  const auto started = start();
  if (!started) {
    say(log::Severity::error, started.error().text);
    return started.error().status;
  }
  epoch_ = tls::ticket_epoch(system_clock::now());
  agenda_.each(look_at_files_each, [this] { look_at_files(); });
  agenda_.each(look_at_epoch_each, [this] { look_at_epoch(); });
  watch_over();
  announce();
  loop(signals->get());
  say(log::Severity::info, "counters: " + session::text_of(board_));
  say(log::Severity::info, "stopped");
  return EX_OK;
}

int serve(const std::vector<std::string>& arguments) {
  if (const auto fits = tls::check_library(); !fits) {
    log::stderr_sink("ehlock")->write(log::Severity::error, fits.error().text);
    return EX_SOFTWARE;
  }
  const auto ledger = make_keyed<admission::Ledger>();
  const auto table = make_keyed<reputation::Table>();
  const auto board = os::make_shared<session::Board>();
  auto watch = FileWatch::start();
  if (!ledger || !table || !board || !watch) return EX_OSERR;
  (*board)->started = session::seconds_now();
  return Supervisor(arguments, {**ledger, **table, **board}, std::move(*watch)).run();
}

}  // namespace app
