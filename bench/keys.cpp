// bench_keys: what it costs to keep the key in a process of its own. bench_keys CHAIN KEY COUNT does COUNT TLS 1.3
// handshakes in memory with our engine and prints the server's CPU microseconds for each: with the key in the same
// process, and with the key process behind a socket (both processes' time).
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/buffer.hpp"
#include "cpu_time.hpp"
#include "keys/remote_key.hpp"
#include "keys/service.hpp"
#include "keys/store.hpp"
#include "keys/wire.hpp"
#include "os/files.hpp"
#include "os/packet.hpp"
#include "tls/context.hpp"
#include "tls/engine.hpp"

namespace {

using load::cpu_us;
using tls::Progress;
using Signer = std::function<std::string(const tls::SignatureRequest&)>;

struct Handshakes {
  tls::Context server;
  tls::Context client;
  Signer sign;
};

void carry(base::Buffer& from, base::Buffer& to) {
  const std::size_t count = std::min(from.size(), to.room());
  (void)to.append(from.view().substr(0, count));
  from.consume(count);
}

Progress server_turn(tls::Engine& server, const Signer& sign) {
  Progress progress = server.handshake();
  while (progress == Progress::want_signature) {
    server.supply_signature(sign(server.signature_request()));
    progress = server.handshake();
  }
  return progress;
}

// The server's time for one handshake; less than 0: it failed.
double shake_hands(const Handshakes& with) {
  const auto client = with.client.start();
  double began = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
  auto server = with.server.start();
  double spent = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - began;
  for (int turn = 0; turn < 8; ++turn) {
    const Progress client_at = client->handshake();
    carry(client->outgoing(), server->incoming());
    began = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
    const Progress server_at = server_turn(*server, with.sign);
    spent += cpu_us(CLOCK_PROCESS_CPUTIME_ID) - began;
    carry(server->outgoing(), client->incoming());
    if (client_at != Progress::done || server_at != Progress::done) continue;
    began = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
    server.reset();
    return spent + cpu_us(CLOCK_PROCESS_CPUTIME_ID) - began;
  }
  return -1;
}

constexpr std::size_t file_limit = 1 << 20;

int complain(std::string_view text) {
  fmt::print(stderr, "bench_keys: {}\n", text);
  return EXIT_FAILURE;
}

base::Result<double> measure(const Handshakes& with, int count) {
  constexpr int warm_up = 20;
  double sum = 0;
  for (int at = -warm_up; at < count; ++at) {
    const double spent = shake_hands(with);
    if (spent < 0) return base::fail("a handshake failed");
    if (at >= 0) sum += spent;
  }
  return sum / count;
}

base::Result<Handshakes> prepare(const std::string& chain, tls::PrivateKey key, Signer sign) {
  tls::ClientSettings client;
  client.min_version = tls::Version::tls1_3;
  auto server_context = tls::Context::server({}, {{chain, std::move(key), "chain"}}, nullptr);
  if (!server_context) return tl::unexpected(server_context.error());
  auto client_context = tls::Context::client(client);
  if (!client_context) return tl::unexpected(client_context.error());
  return Handshakes{std::move(*server_context), std::move(*client_context), std::move(sign)};
}

// The key process's loop, in a child; `theirs` are its ends.
[[noreturn]] void serve(keys::Store store, os::UniqueFd report, os::UniqueFd asker) {
  std::vector<os::UniqueFd> askers;
  askers.push_back(std::move(asker));
  keys::Service service(std::move(store), std::move(report), std::move(askers));
  std::optional<int> status;
  while (!status) status = service.one_turn();
  ::_exit(*status);
}

std::string ask(int socket, const tls::SignatureRequest& request) {
  (void)os::send_packet(socket, keys::encode(keys::SignRequest{1, request}));
  const auto packet = os::receive_packet(socket);
  if (!packet || !*packet) return "";
  const auto answer = keys::decode_answer((*packet)->bytes);
  return answer ? answer->signature : "";
}

base::Result<double> measure_apart(const std::string& chain, keys::Store store, int count) {
  auto report = os::make_socket_pair(SOCK_SEQPACKET);
  auto asker = os::make_socket_pair(SOCK_SEQPACKET);
  if (!report || !asker) return base::fail("no sockets");
  auto key = keys::remote_key(0, store.public_ders().front());
  if (!key) return tl::unexpected(key.error());
  const pid_t child = ::fork();
  if (child == 0) {
    report->first.reset();
    asker->first.reset();
    (void)os::make_non_blocking(asker->second.get());
    serve(std::move(store), std::move(report->second), std::move(asker->second));
  }
  report->second.reset();
  auto with = prepare(chain, std::move(*key),
                      [socket = asker->first.get()](const auto& request) { return ask(socket, request); });
  if (!with) return tl::unexpected(with.error());
  clockid_t clock{};
  ::clock_getcpuclockid(child, &clock);
  const double before = cpu_us(clock);
  const auto worker = measure(*with, count);
  const double theirs = (cpu_us(clock) - before) / (count + 20);
  report->first.reset();
  (void)::waitpid(child, nullptr, 0);
  if (!worker) return worker;
  return *worker + theirs;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return complain("usage: bench_keys CHAIN KEY COUNT");
  const std::span<char*> word(words, 4);
  int handshakes = 0;
  const std::string_view number = word[3];
  std::from_chars(number.data(), number.data() + number.size(), handshakes);
  const auto chain = os::read_file(word[1], file_limit);
  const auto pem = os::read_secret_file(word[2], file_limit);
  if (handshakes < 1 || !chain || !pem) return complain("chain, key or count cannot be used");
  auto local = tls::PrivateKey::from_pem(pem->reveal());
  keys::Store store;
  if (!local || !store.add(*pem, word[2])) return complain("the key cannot be used");
  const auto inside = prepare(*chain, std::move(*local), {}).and_then([&](const Handshakes& with) {
    return measure(with, handshakes);
  });
  if (!inside) return complain(inside.error().text);
  const auto apart = measure_apart(*chain, std::move(store), handshakes);
  if (!apart) return complain(apart.error().text);
  fmt::print("{{\"inside_us\": {:.1f}, \"apart_us\": {:.1f}}}\n", *inside, *apart);
  return EXIT_SUCCESS;
}
