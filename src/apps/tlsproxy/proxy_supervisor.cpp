#include "apps/tlsproxy/proxy_supervisor.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "apps/shared/agenda.hpp"
#include "apps/shared/file_watch.hpp"
#include "apps/tlsproxy/crew.hpp"
#include "apps/tlsproxy/crew_certificates.hpp"
#include "apps/tlsproxy/process_settings.hpp"
#include "apps/tlsproxy/proxy_log.hpp"
#include "apps/tlsproxy/tls_configuration.hpp"
#include "apps/tlsproxy/tlsmgr_at_start.hpp"
#include "base/text.hpp"
#include "os/limits.hpp"
#include "os/shared_memory.hpp"

namespace app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The descriptors master passes.
constexpr int status_channel = 5;
constexpr int listener = 6;
constexpr seconds look_at_files_each{60};
// Several files of one renewal change one after the other: wait for the last.
constexpr milliseconds after_a_change{300};
constexpr int slow_down = 1000;  // milliseconds before the exit after a fatal line, so that master's loops stay slow
// Crews whose sessions may take as long as they like, so that frequent renewals under long sessions do not fill the
// machine with processes.
constexpr std::size_t most_former = 8;
constexpr std::string_view jail = "/var/lib/ehlock/empty";

class Supervisor {
 public:
  Supervisor(ProcessSettings settings, TlsConfiguration tls, ChildEnvironment environment, ChildOptions options)
      : settings_(std::move(settings)),
        tls_(std::move(tls)),
        environment_(std::move(environment)),
        options_(std::move(options)),
        log_(log_of(settings_, options_.logs_to_stderr)),
        sink_(open_log(log_)) {}

  [[nodiscard]] base::Result<void> run();

 private:
  [[nodiscard]] base::Result<void> prepare();
  [[nodiscard]] base::Result<std::unique_ptr<Crew>> start_crew(CrewCertificates certificates);
  [[nodiscard]] base::Result<void> start_first();
  void ask_tlsmgr(CrewPlan& plan);
  void say_warnings();
  [[nodiscard]] base::Result<CrewCertificates> read_certificates();
  [[nodiscard]] CrewCertificates certificates();
  void end_oldest();
  void renew();
  [[nodiscard]] std::vector<pollfd> watched(int signals) const;
  [[nodiscard]] base::Result<void> turn(const std::vector<pollfd>& events);
  [[nodiscard]] base::Result<void> loop(int signals);
  [[nodiscard]] base::Result<void> on_ends();
  void look_at_uses();
  void warn(std::string_view text) { sink_->write(log::Severity::warning, fmt::format("warning: {}", text)); }

  ProcessSettings settings_;
  TlsConfiguration tls_;
  ChildEnvironment environment_;
  ChildOptions options_;
  ProxyLog log_;
  std::unique_ptr<log::Sink> sink_;
  HandoffUse* use_ = nullptr;
  os::User mail_owner_;
  os::User key_user_;
  FileWatch watch_;
  Agenda agenda_;
  std::unique_ptr<Crew> current_;
  std::vector<std::unique_ptr<Crew>> former_;
  bool leaving_ = false;
  std::uint64_t connections_seen_ = 0;
  Agenda::Clock::time_point busy_ = Agenda::Clock::now();
};

base::Result<void> Supervisor::prepare() {
  if (::chdir(settings_.queue_directory.c_str()) != 0) {
    return base::fail_errno("change directory to " + settings_.queue_directory, errno);
  }
  const auto use = os::make_shared<HandoffUse>();
  if (!use) return tl::unexpected(use.error());
  use_ = *use;
  auto owner = os::find_user(settings_.mail_owner);
  if (!owner) return base::fail("file main.cf: parameter mail_owner: {}", owner.error().text);
  mail_owner_ = std::move(*owner);
  key_user_ = os::unused_user();
  auto watch = FileWatch::start();
  if (!watch) return tl::unexpected(watch.error());
  watch_ = std::move(*watch);
  return {};
}

base::Result<std::unique_ptr<Crew>> Supervisor::start_crew(CrewCertificates certificates) {
  CrewPlan plan;
  plan.certificates = std::move(certificates);
  plan.tls = tls_.settings;
  plan.version = settings_.version;
  plan.log_level = tls_.log_level;
  plan.log = log_;
  plan.child = ::getpid();
  plan.generation = environment_.generation;
  if (options_.one_session) {
    plan.only_session = STDIN_FILENO;
  } else {
    plan.listener = listener;
    plan.status = status_channel;
    plan.workers = settings_.workers;
  }
  plan.user = mail_owner_;
  plan.key_user = key_user_;
  plan.jail = jail;
  plan.use = use_;
  if (!plan.certificates.chains.empty()) ask_tlsmgr(plan);
  return Crew::start(std::move(plan));
}

// Without its answer: no tickets, no cache, and full handshakes for everybody.
void Supervisor::ask_tlsmgr(CrewPlan& plan) {
  tls::ServerSettings& tls = plan.tls;
  const bool tickets = tls.tickets;
  plan.tlsmgr = "private/" + tls_.tlsmgr_service;
  plan.sessions.cache_type = tls_.cache_type;
  tls.tickets = false;
  auto told = ask_tlsmgr_at_start(plan.tlsmgr, tls_.cache_type, settings_.version, tickets);
  if (!told) {
    warn(fmt::format("{}: TLS sessions go on without cache and tickets", told.error().text));
    return;
  }
  const seconds timeout = told->policy.timeout;
  if (timeout.count() == 0) return;
  tls.tickets = tickets;
  tls.memory.sessions_asked = told->policy.cachable;
  tls.memory.ticket_keys_asked = tickets;
  tls.memory.lifetime = 2 * timeout;  // never shorter than the cache's own
  plan.sessions.timeout = timeout;
  plan.sessions.tickets = tickets;
  plan.ticket_key = std::move(told->key);
}

void Supervisor::say_warnings() {
  if (tls_.log_level >= 2 && tls_.offered) sink_->write(log::Severity::info, "initializing the server-side TLS engine");
  for (const auto& line : tls_.warnings) warn(line);
}

base::Result<CrewCertificates> Supervisor::read_certificates() {
  auto read = read_certificates_of(tls_);
  if (!read) return read;
  for (const auto& line : read->warnings) warn(line);
  return read;
}

// What cannot be used is warned about and leaves TLS off: the original goes on in that case too.
CrewCertificates Supervisor::certificates() {
  if (!tls_.offered) return {};
  auto read = read_certificates();
  if (read) return std::move(*read);
  for (const auto line : base::split(read.error().text, '\n')) warn(line);
  return {};
}

base::Result<void> Supervisor::start_first() {
  auto crew = start_crew(certificates());
  if (!crew) {
    warn(crew.error().text);
    warn(words_for_bad_key(tls_, crew.error().text));
    crew = start_crew({});
  }
  if (!crew) return tl::unexpected(crew.error());
  current_ = std::move(*crew);
  if (options_.wants_debugger) warn("option -D has no effect: no debugger is started here");
  if (options_.verbosity > 0 && !current_->left_out().empty()) {
    for (const auto line : base::split(current_->left_out(), '\n')) warn(fmt::format("jail: left out: {}", line));
  }
  return {};
}

void Supervisor::renew() {
  if (!watch_.changed() || !tls_.offered) return;
  auto read = read_certificates();
  auto fresh = read ? start_crew(std::move(*read)) : tl::unexpected(read.error());
  if (!fresh) {
    warn(fmt::format("certificate files changed, the old ones stay: {}", fresh.error().text));
    return;
  }
  current_->finish();
  former_.push_back(std::move(current_));
  current_ = std::move(*fresh);
  sink_->write(log::Severity::info, "certificate files changed: new certificates in use");
  end_oldest();
}

void Supervisor::end_oldest() {
  for (std::size_t i = 0; i + most_former < former_.size(); ++i) {
    warn(fmt::format("more than {} earlier sets of certificates still have sessions: those of the oldest end",
                     most_former));
    former_[i]->end();
  }
}

// Leaving is never a reason to wait: workers end by themselves with their last session.
void Supervisor::look_at_uses() {
  const std::uint64_t connections = use_->connections.load();
  const auto now = Agenda::Clock::now();
  const bool idle = use_->active.load() == 0;
  if (!idle || connections != connections_seen_) busy_ = now;
  connections_seen_ = connections;
  const bool idle_for_long = settings_.max_idle.count() > 0 && now - busy_ >= settings_.max_idle;
  const bool used_up = settings_.max_use > 0 && connections >= static_cast<std::uint64_t>(settings_.max_use);
  leaving_ = leaving_ || idle_for_long || (used_up && idle);
}

base::Result<void> Supervisor::on_ends() {
  for (const auto& ended : os::reap()) {
    if (current_->on_end(ended)) continue;
    for (const auto& crew : former_) {
      if (crew->on_end(ended)) break;
    }
  }
  std::erase_if(former_, [](const auto& crew) { return crew->over(); });
  if (options_.one_session) leaving_ = leaving_ || current_->over();
  if (!leaving_ && !current_->lost().empty()) return base::fail("{}", current_->lost());
  return {};
}

// What to wait for: master, children, files, and workers who want something.
std::vector<pollfd> Supervisor::watched(int signals) const {
  const int master = options_.one_session ? -1 : status_channel;
  std::vector<pollfd> all{{master, POLLIN, 0}, {signals, POLLIN, 0}, {watch_.fd(), POLLIN, 0}};
  for (const int control : current_->controls()) all.push_back({control, POLLIN, 0});
  return all;
}

base::Result<void> Supervisor::turn(const std::vector<pollfd>& events) {
  if (events[2].revents != 0) {
    watch_.clear_notices();
    agenda_.in(after_a_change, [this] { renew(); });
  }
  for (std::size_t i = 3; i < events.size(); ++i) {
    if (events[i].revents != 0) current_->answer(events[i].fd);
  }
  signalfd_siginfo info{};
  while (events[1].revents != 0 && ::read(events[1].fd, &info, sizeof info) == sizeof info) {
    // By hand. master tells the whole process group, and then nobody finishes anything.
    leaving_ = leaving_ || info.ssi_signo == static_cast<std::uint32_t>(SIGTERM);
  }
  if (const auto well = on_ends(); !well) return well;
  agenda_.perform_due();
  if (!current_->alive(settings_.watchdog)) return base::fail("watchdog timeout");
  return {};
}

base::Result<void> Supervisor::loop(int signals) {
  while (!leaving_) {
    std::vector<pollfd> events = watched(signals);
    if (::poll(events.data(), events.size(), agenda_.until_next()) < 0) {
      if (errno != EINTR) return base::fail_errno("poll", errno);
      continue;
    }
    // master says nothing on it: it has gone, or reads its files anew and wants a successor.
    if (events[0].revents != 0) return {};
    if (const auto well = turn(events); !well) return well;
  }
  return {};
}

base::Result<void> Supervisor::run() {
  const auto signals = os::signals_as_descriptor({SIGCHLD, SIGTERM});
  if (!signals) return tl::unexpected(signals.error());
  if (const auto prepared = prepare(); !prepared) return prepared;
  say_warnings();
  watch_.watch(files_of(tls_));
  if (const auto started = start_first(); !started) return started;
  agenda_.each(look_at_files_each, [this] { renew(); });
  agenda_.each(milliseconds(1000), [this] { look_at_uses(); });
  if (settings_.retire.count() > 0) agenda_.in(settings_.retire, [this] { leaving_ = true; });
  return loop(signals->get());
}

base::Result<void> serve(const ChildOptions& options, const ChildEnvironment& environment, ProxyLog& log) {
  auto configuration = read_main_configuration(options, environment);
  if (!configuration) return tl::unexpected(configuration.error());
  auto settings = process_settings(*configuration, options, environment);
  if (!settings) return tl::unexpected(settings.error());
  log = log_of(*settings, options.logs_to_stderr);
  if (!configuration->warning.empty()) {
    open_log(log)->write(log::Severity::warning, fmt::format("warning: {}", configuration->warning));
  }
  auto tls = tls_configuration(configuration->parameters);
  if (!tls) return tl::unexpected(tls.error());
  return Supervisor(std::move(*settings), std::move(*tls), environment, options).run();
}

int fatal(const ProxyLog& log, std::string_view text) {
  open_log(log)->write(log::Severity::fatal, fmt::format("fatal: {}", text));
  ::poll(nullptr, 0, slow_down);
  return EXIT_FAILURE;
}

}  // namespace

int run_child_of_master(const std::vector<std::string>& words, std::string_view program) {
  os::leave_no_core();
  os::no_signals_for_writes();
  const ChildEnvironment environment = child_environment();
  const auto options = read_child_options(words, program);
  ProxyLog log = log_before_main_cf(environment, options ? options->logs_to_stderr : ::isatty(STDERR_FILENO) == 1);
  if (!options) return fatal(log, options.error().text);
  const auto served = serve(*options, environment, log);
  return served ? EXIT_SUCCESS : fatal(log, served.error().text);
}

}  // namespace app
