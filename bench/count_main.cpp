// bench_count SESSIONS WORK...: for each work so many whole sessions, with STARTTLS or in clear, through one worker of
// `ehlock serve` and its key process, made to be counted by callgrind (./dev count). The worker is the real one; only
// the jail is not entered, because valgrind could not work in it.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "apps/ehlock/serve/worker.hpp"
#include "count_world.hpp"
#include "keys/store.hpp"
#include "os/shared_memory.hpp"
#include "os/socket.hpp"
#include "tls/self_signed.hpp"

namespace {

constexpr std::size_t warm_up = 8;

std::unique_ptr<count::World> world;  // of the one worker

[[noreturn]] void finish(std::string_view fault) {
  if (!fault.empty()) fmt::print(stderr, "bench_count: {}\n", fault);
  std::fflush(stderr);
  ::_exit(fault.empty() ? EXIT_SUCCESS : EXIT_FAILURE);
}

template <typename T>
T must(base::Result<T> result) {
  if (!result) finish(result.error().text);
  return std::move(*result);
}

// "full", "resumed" and so on, or nothing for a work there is not.
std::optional<load::Options> client_of(std::string_view work) {
  load::Options options;
  options.tls_version = work == "resumed-1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
  options.resumed = work.starts_with("resumed");
  options.messages = work == "message" || work == "clear" ? 1 : 0;
  if (work == "clear") options.door = load::Door::plain;
  if (work == "full" || options.resumed || options.messages > 0) return options;
  return std::nullopt;
}

os::UniqueFd listening() {
  return must(os::listen_on(must(os::SocketAddress::ip("127.0.0.1", 0)), {}));
}

// What a worker with default options is given; its channel to the key process is `keys`.
app::WorkerSpec worker_spec(const tls::SelfSigned& pair, const keys::Store& store, log::Sink& sink, os::UniqueFd keys) {
  app::WorkerSpec spec;
  spec.chains.push_back({pair.chain_pem, store.public_ders().front(), "chain"});
  std::vector<base::Secret> secrets;
  secrets.emplace_back(std::string(32, 's'));
  spec.ticket_keys = tls::current_ticket_keys(secrets, tls::ticket_epoch(std::chrono::system_clock::now()));
  spec.tls_policies.emplace_back();
  spec.ledger = must(os::make_shared<admission::Ledger>());
  spec.board = must(os::make_shared<session::Board>());
  spec.roster = must(os::make_shared<session::Roster>());
  spec.keys = std::move(keys);
  spec.sink = &sink;
  return spec;
}

keys::Service key_service(keys::Store store, os::UniqueFd report, os::UniqueFd asker) {
  (void)os::make_non_blocking(asker.get());
  std::vector<os::UniqueFd> askers;
  askers.push_back(std::move(asker));
  return {std::move(store), std::move(report), std::move(askers)};
}

int run(std::vector<load::Options> works) {
  const tls::SelfSigned pair =
      must(tls::make_self_signed({"localhost"}, tls::KeyKind::ecdsa_p256, std::chrono::hours(24)));
  keys::Store store;
  (void)must(store.add(base::Secret(pair.key_pem), "key"));
  // The supervisor's ends of the last two stay open.
  auto questions = must(os::make_socket_pair(SOCK_SEQPACKET));
  auto report = must(os::make_socket_pair(SOCK_SEQPACKET));
  auto control = must(os::make_socket_pair(SOCK_SEQPACKET));
  const auto sink = log::file_sink("ehlock", os::UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC)));

  app::WorkerSpec spec = worker_spec(pair, store, *sink, std::move(questions.first));
  app::WorkerListener entrance{listening(), config::Door::starttls, 0, "count"};
  os::UniqueFd backend = listening();
  spec.backend = {os::local_of(backend.get())};
  const std::uint16_t port = os::local_of(entrance.socket.get()).port();
  spec.listeners.push_back(std::move(entrance));
  spec.control = std::move(control.second);

  const int asker = questions.second.get();
  for (auto& work : works) work.port = port;
  count::KeyProcess keys{key_service(std::move(store), std::move(report.second), std::move(questions.second)), asker};
  world = std::make_unique<count::World>(
      count::World::Parts{std::move(works), warm_up, std::move(backend), std::move(keys), finish});
  return app::run_worker(std::move(spec));
}

}  // namespace

// bench/count tells callgrind these names: at the first it forgets what it counted, at the second it writes it down.
void count::begin() {}
void count::finished() {}

// The worker's loop waits here: its system call in libc is called by another name.
extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int patience) {
  world->turn();
  return ::epoll_pwait(epoll, events, most, patience, nullptr);
}

namespace os {

base::Result<JailReport> enter_jail(const JailSpec& /*spec*/) {
  return JailReport{};
}

}  // namespace os

int main(int argument_count, char** arguments) {
  const std::vector<std::string_view> words(arguments + 1, arguments + argument_count);
  std::size_t sessions = 0;
  if (!words.empty()) std::from_chars(words[0].data(), words[0].data() + words[0].size(), sessions);
  std::vector<load::Options> works;
  for (std::size_t at = 1; at < words.size(); ++at) {
    auto client = client_of(words[at]);
    if (!client) finish(fmt::format("{}: no such work", words[at]));
    client->sessions = sessions;
    works.push_back(std::move(*client));
  }
  if (sessions == 0 || works.empty()) finish("usage: bench_count SESSIONS full|resumed|resumed-1.2|message|clear...");
  (void)std::signal(SIGPIPE, SIG_IGN);
  ::alarm(120);  // for sessions that stand still
  return run(std::move(works));
}
