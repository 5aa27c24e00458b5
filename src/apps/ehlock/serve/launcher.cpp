#include "apps/ehlock/serve/launcher.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/programs.hpp"
#include "apps/ehlock/serve/sinks.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "session/launch_wire.hpp"

namespace app {
namespace {

constexpr int look_after_programs_ms = 1000;

class Launcher {
 public:
  explicit Launcher(LauncherSpec spec) : spec_(std::move(spec)), programs_(*spec_.sink) {}

  int run();

 private:
  [[nodiscard]] bool serve(std::size_t asker);
  [[nodiscard]] base::Result<os::UniqueFd> launch(std::size_t asker, const session::LaunchRequest& request);
  [[nodiscard]] base::Result<os::UniqueFd> start(std::size_t asker, const session::LaunchRequest& request);
  void answer(std::size_t asker, std::uint64_t number, const base::Result<os::UniqueFd>& launched) const;

  LauncherSpec spec_;
  Programs programs_;
};

base::Result<os::UniqueFd> connect_to(const os::SocketAddress& address) {
  auto socket = os::start_connect(address);
  const int error_number = socket ? os::pending_error(socket->get()) : 0;
  if (error_number != 0) return base::fail_errno(address.text(), error_number);
  return socket;
}

std::vector<pollfd> watched(const LauncherSpec& spec, int signals, const Programs& programs) {
  std::vector<pollfd> all{{spec.supervisor.get(), POLLIN, 0}, {signals, POLLIN, 0}};
  for (const auto& asker : spec.askers) all.push_back({asker.get(), POLLIN, 0});
  for (const int fd : programs.error_outputs()) all.push_back({fd, POLLIN, 0});
  return all;
}

int Launcher::run() {
  const auto signals = os::signals_as_descriptor({SIGCHLD});
  if (!signals) return 1;
  for (const auto& asker : spec_.askers) (void)os::make_non_blocking(asker.get());
  for (;;) {
    auto all = watched(spec_, signals->get(), programs_);
    if (::poll(all.data(), all.size(), look_after_programs_ms) < 0 && errno != EINTR) return 1;
    if (all[0].revents != 0 && !take_new_log(spec_.supervisor.get(), *spec_.sink)) return 0;
    std::array<char, sizeof(signalfd_siginfo) * 8> arrived{};
    if (all[1].revents != 0) (void)!::read(signals->get(), arrived.data(), arrived.size());
    programs_.read_error_outputs();
    for (const auto& ended : os::reap()) programs_.on_end(ended);
    programs_.end_the_released();
    for (std::size_t i = 0; i < spec_.askers.size(); ++i) {
      if ((all[2 + i].revents & POLLIN) != 0 && !serve(i)) return 1;
    }
  }
}

// One message of a worker. False: malformed, which ends this process (design.md §2).
bool Launcher::serve(std::size_t asker) {
  const auto packet = os::receive_packet(spec_.askers[asker].get());
  if (!packet) return false;
  if (!*packet || (*packet)->bytes.empty()) return true;
  if (const auto release = session::decode_launch_release((*packet)->bytes)) {
    programs_.release({asker, release->number});
    return true;
  }
  const auto request = session::decode_launch_request((*packet)->bytes);
  if (!request) return false;
  if (programs_.knows({asker, request->number})) return true;  // asked again: the answer is on its way
  answer(asker, request->number, launch(asker, *request));
  return true;
}

base::Result<os::UniqueFd> Launcher::launch(std::size_t asker, const session::LaunchRequest& request) {
  if (request.target == session::LaunchTarget::policy) return connect_to(spec_.policy_socket);
  if (request.target == session::LaunchTarget::reputation) return connect_to(spec_.reputation_socket);
  if (spec_.program.empty()) return connect_to(spec_.socket);
  if (programs_.running() >= spec_.max_programs) return base::fail("{} programs are running", programs_.running());
  return start(asker, request);
}

base::Result<os::UniqueFd> Launcher::start(std::size_t asker, const session::LaunchRequest& request) {
  auto pair = os::make_socket_pair(SOCK_STREAM);
  if (!pair) return tl::unexpected(pair.error());
  auto errors = os::make_pipe();
  if (!errors) return tl::unexpected(errors.error());
  os::ProgramSpec program;
  program.arguments = spec_.program;
  program.environment = environment_of_program(request.environment);
  program.descriptors = {{0, pair->second.get()}, {1, pair->second.get()}, {2, errors->second.get()}};
  if (spec_.change_user) {
    program.uid = spec_.user.uid;
    program.gid = spec_.user.gid;
    program.groups = spec_.user.groups;
  }
  const auto pid = os::start_program(program);
  if (!pid) return tl::unexpected(pid.error());
  programs_.add({asker, request.number}, *pid, log_id_in(request.environment), std::move(errors->first));
  return std::move(pair->first);
}

void Launcher::answer(std::size_t asker, std::uint64_t number, const base::Result<os::UniqueFd>& launched) const {
  const std::string text = session::encode(session::LaunchAnswer{number, launched ? "" : launched.error().text});
  std::vector<int> fds;
  if (launched) fds.push_back(launched->get());
  (void)os::send_packet(spec_.askers[asker].get(), text, fds);
}

}  // namespace

int run_launcher(LauncherSpec spec) {
  const auto jailed = os::enter_jail(spec.jail);
  if (!jailed) {
    spec.sink->write(log::Severity::error, "launcher: " + jailed.error().text);
    return EXIT_FAILURE;
  }
  return Launcher(std::move(spec)).run();
}

}  // namespace app
