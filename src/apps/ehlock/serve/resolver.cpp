#include "apps/ehlock/serve/resolver.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <utility>

#include "apps/ehlock/serve/sinks.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"
#include "os/reverse_name.hpp"
#include "session/launch_wire.hpp"

namespace app {
namespace {

// Lookups at once; who comes then is "unknown".
constexpr std::size_t most_lookups = 64;

using Question = std::pair<std::size_t, std::uint64_t>;  // asker and number

class Resolver {
 public:
  explicit Resolver(ResolverSpec spec) : spec_(std::move(spec)) {}

  int run();

 private:
  [[nodiscard]] bool serve(std::size_t asker);
  void start(Question question, const os::SocketAddress& address);
  void answer(Question question, const os::ReverseName& name) const;

  ResolverSpec spec_;
  std::map<pid_t, Question> lookups_;
};

int Resolver::run() {
  const auto signals = os::signals_as_descriptor({SIGCHLD});
  if (!signals) return EXIT_FAILURE;
  std::vector<pollfd> all{{spec_.supervisor.get(), POLLIN, 0}, {signals->get(), POLLIN, 0}};
  for (const auto& asker : spec_.askers) {
    (void)os::make_non_blocking(asker.get());
    all.push_back({asker.get(), POLLIN, 0});
  }
  for (;;) {
    if (::poll(all.data(), all.size(), -1) < 0 && errno != EINTR) return EXIT_FAILURE;
    if (all[0].revents != 0 && !take_new_log(spec_.supervisor.get(), *spec_.sink)) return EXIT_SUCCESS;
    std::array<char, sizeof(signalfd_siginfo) * 8> arrived{};
    if (all[1].revents != 0) (void)!::read(signals->get(), arrived.data(), arrived.size());
    for (const auto& ended : os::reap()) lookups_.erase(ended.pid);
    for (std::size_t i = 0; i < spec_.askers.size(); ++i) {
      if ((all[2 + i].revents & POLLIN) != 0 && !serve(i)) return EXIT_FAILURE;
    }
  }
}

// One message of a worker. False: malformed, which ends this process (design.md §2).
bool Resolver::serve(std::size_t asker) {
  const auto packet = os::receive_packet(spec_.askers[asker].get());
  if (!packet) return false;
  if (!*packet || (*packet)->bytes.empty()) return true;
  const auto request = session::decode_name_request((*packet)->bytes);
  const auto address = request ? os::SocketAddress::ip(request->address, 0) : base::fail("malformed");
  if (!address) return false;
  const Question question{asker, request->number};
  const bool under_way = std::any_of(lookups_.begin(), lookups_.end(), [&](const auto& each) {
    return each.second == question;  // asked again: the answer is on its way
  });
  if (!under_way) start(question, *address);
  return true;
}

void Resolver::start(Question question, const os::SocketAddress& address) {
  const auto lookup = [&] {
    const int mine = spec_.askers[question.first].get();
    const std::array<int, 4> kept{0, 1, 2, mine};
    os::close_all_but(kept.data(), static_cast<int>(kept.size()));
    ::alarm(static_cast<unsigned>(spec_.limit.count()));  // nobody handles it: it ends the process
    answer(question, os::look_up_name(address));
    return EXIT_SUCCESS;
  };
  if (lookups_.size() >= most_lookups) return answer(question, {});
  const auto pid = os::fork_role(lookup, true);
  if (!pid) return answer(question, {});
  lookups_.emplace(*pid, question);
}

void Resolver::answer(Question question, const os::ReverseName& name) const {
  const std::string text = session::encode(session::NameAnswer{question.second, name.verified, name.claimed});
  (void)os::send_packet(spec_.askers[question.first].get(), text);
}

}  // namespace

int run_resolver(ResolverSpec spec) {
  const auto jailed = os::enter_jail(spec.jail);
  if (!jailed) {
    spec.sink->write(log::Severity::error, "resolver: " + jailed.error().text);
    return EXIT_FAILURE;
  }
  return Resolver(std::move(spec)).run();
}

}  // namespace app
