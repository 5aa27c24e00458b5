#include "apps/ehlock/watch/exporter.hpp"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "apps/shared/children.hpp"
#include "http/request.hpp"
#include "net/listener.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"
#include "os/shared_memory.hpp"

namespace app {
namespace {

using std::chrono::seconds;

constexpr seconds patience{5};
constexpr std::size_t most_at_once = 32;
constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

struct Exporter {
  ExporterSpec spec;
  net::Loop loop;
  std::size_t active = 0;
};

class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

std::string answer_to(const http::Request& request, const Watched& watched) {
  const bool head = request.method == "HEAD";
  if (request.state != http::Reading::whole)
    return http::response("400 Bad Request", plain_text, "bad request\n", true);
  if (request.method != "GET" && !head) {
    return http::response("405 Method Not Allowed", plain_text, "GET and HEAD only\n", true);
  }
  if (request.path == "/metrics") return http::response("200 OK", prometheus_text, metrics_text(watched), !head);
  if (request.path == "/healthz") return http::response("200 OK", plain_text, "ok\n", !head);
  if (request.path == "/readyz") {
    const std::string why = unready_because(watched);
    if (why.empty()) return http::response("200 OK", plain_text, "ready\n", !head);
    return http::response("503 Service Unavailable", plain_text, why + "\n", !head);
  }
  return http::response("404 Not Found", plain_text, "/metrics, /healthz, /readyz\n", !head);
}

net::Task<void> serve_one(Exporter& exporter, os::UniqueFd socket) {
  const Counted counted(exporter.active);
  if (exporter.active > most_at_once) co_return;
  net::Stream stream(exporter.loop, std::move(socket));
  base::Buffer arrived(http::longest_head);
  const net::Deadline deadline = net::after(patience);
  http::Request request;
  while (request.state == http::Reading::more) {
    const net::Io got = co_await stream.read(arrived, deadline);
    if (got != net::Io::done) co_return;
    request = http::read_request(arrived.view());
  }
  const std::string answer = answer_to(request, exporter.spec.watched);
  (void)co_await stream.write(answer, net::after(patience));
  stream.end_writing();
}

net::Task<void> accept_all(Exporter& exporter, net::Listener& listener) {
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    net::spawn(exporter.loop, serve_one(exporter, std::move(accepted->socket)), [](std::string_view) {});
  }
}

// Nothing is ever said on the control channel but its end.
net::Task<void> await_the_end(Exporter& exporter) {
  net::Waiter waiter(exporter.loop, exporter.spec.control.get());
  while (co_await waiter.wait(net::Direction::read, net::after(std::chrono::hours(24))) != net::Ready::yes) {
  }
  exporter.loop.stop();
}

int failed(const os::UniqueFd& control, const std::string& why) {
  (void)os::send_packet(control.get(), encode(Started{false, why}));
  return EXIT_FAILURE;
}

base::Result<os::JailReport> go_to_jail(const ExporterSpec& spec) {
  const auto board = os::make_read_only(spec.watched.board, sizeof *spec.watched.board);
  if (!board) return tl::unexpected(board.error());
  return os::enter_jail(spec.jail);
}

}  // namespace

int run_exporter(ExporterSpec spec) {
  os::name_process("exporter");
  Exporter exporter{std::move(spec), {}, 0};
  const auto broken = [](std::string_view) { std::abort(); };
  std::vector<std::unique_ptr<net::Listener>> listeners;
  for (auto& socket : exporter.spec.listeners) {
    listeners.push_back(std::make_unique<net::Listener>(exporter.loop, std::move(socket)));
    net::spawn(exporter.loop, accept_all(exporter, *listeners.back()), broken);
  }
  net::spawn(exporter.loop, await_the_end(exporter), broken);
  const auto jailed = go_to_jail(exporter.spec);
  if (!jailed) return failed(exporter.spec.control, jailed.error().text);
  (void)os::send_packet(exporter.spec.control.get(), encode(Started{true, ""}));
  exporter.loop.run();
  ::_exit(EXIT_SUCCESS);
}

}  // namespace app
