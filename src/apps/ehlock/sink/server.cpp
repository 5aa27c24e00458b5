#include "apps/ehlock/sink/server.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "os/socket.hpp"

namespace app {
namespace {

constexpr std::chrono::minutes idle_limit{5};
constexpr std::size_t buffer_size = 65536;
constexpr std::size_t line_reads = 16384;
// So much is done for one client, or that many clients are taken, before the others get their turn.
constexpr int in_a_row = 16;

struct Server {
  SinkSpec spec;
  // Its end takes the sessions' frames along, which use all of the above.
  net::Loop loop;
  std::vector<std::unique_ptr<net::Listener>> listeners;
};

// Reads, lets the session deal with it, answers; false: the connection is over.
net::Task<bool> turn(net::Stream& stream, SinkSession& session, base::Buffer& unread, std::string& replies) {
  if (!replies.empty()) {
    const net::Io sent = co_await stream.write(replies, net::after(idle_limit));
    if (sent != net::Io::done) co_return false;
    replies.clear();
  }
  if (session.over()) co_return false;
  const std::size_t most = session.in_text() ? buffer_size : line_reads;
  const net::Io received = co_await stream.read(unread, net::after(idle_limit), most);
  if (received == net::Io::timed_out) (void)stream.write_now("421 4.4.2 Nothing was said for too long\r\n");
  if (received != net::Io::done) co_return false;
  session.take(unread, replies);
  co_return true;
}

net::Task<void> serve_sink_client(Server& server, os::UniqueFd socket) {
  os::set_no_delay(socket.get());
  net::Stream stream(server.loop, std::move(socket));
  SinkSession session(server.spec.store, server.spec.told, server.spec.name);
  base::Buffer unread(buffer_size);
  std::string replies = session.greeting();
  for (int turns = 1;; ++turns) {
    const bool more = co_await turn(stream, session, unread, replies);
    if (!more) break;
    if (turns % in_a_row == 0) co_await server.loop.sleep_until(net::Clock::now());
  }
  stream.end_writing();
}

void complain(std::string_view text) {
  fmt::print(stderr, "sink: a session failed: {}\n", text);
}

net::Task<void> accept_sink_clients(Server& server, net::Listener& listener) {
  for (int clients = 1;; ++clients) {
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    net::spawn(server.loop, serve_sink_client(server, std::move(accepted->socket)), complain);
    if (clients % in_a_row == 0) co_await server.loop.sleep_until(net::Clock::now());
  }
}

net::Task<void> await_signal(net::Loop& loop, int signals) {
  net::Waiter waiter(loop, signals);
  for (;;) {
    const net::Ready ready = co_await waiter.wait(net::Direction::read, net::after(std::chrono::hours(24)));
    if (ready == net::Ready::yes) break;
  }
  loop.stop();
}

}  // namespace

int run_sink(SinkSpec spec) {
  Server server{std::move(spec), {}, {}};
  net::spawn(server.loop, await_signal(server.loop, server.spec.signals.get()), complain);
  for (auto& socket : server.spec.listeners) {
    server.listeners.push_back(std::make_unique<net::Listener>(server.loop, std::move(socket)));
    net::spawn(server.loop, accept_sink_clients(server, *server.listeners.back()), complain);
  }
  server.loop.run();
  return EXIT_SUCCESS;
}

std::string text_of(const SinkReceipt& receipt) {
  const std::size_t count = receipt.envelope.recipients.size();
  const std::string where = receipt.file.empty() ? "" : ": " + receipt.file;
  return fmt::format("sink: message {} from <{}> to {} recipient{}, {} octets{}", receipt.number,
                     base::escaped(receipt.envelope.sender), count, count == 1 ? "" : "s", receipt.octets, where);
}

}  // namespace app
