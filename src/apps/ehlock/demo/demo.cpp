#include "apps/ehlock/demo/demo.hpp"

#include <poll.h>
#include <sysexits.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/ehlock/demo/children.hpp"
#include "apps/ehlock/demo/folder.hpp"
#include "apps/ehlock/demo/message.hpp"
#include "apps/ehlock/send/send.hpp"
#include "apps/ehlock/serve/supervisor.hpp"
#include "apps/ehlock/sink/server.hpp"
#include "config/load.hpp"
#include "os/files.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "session/mail_date.hpp"

namespace app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_tries{50};
constexpr int tries = 300;
constexpr milliseconds for_long{60'000};

base::Result<os::UniqueFd> listen_on_loopback(std::uint16_t port) {
  const auto address = os::SocketAddress::ip("127.0.0.1", port);
  if (!address) return tl::unexpected(address.error());
  os::ListenOptions options;
  options.reuse_port = false;  // a port that another ehlock serves is taken
  return os::listen_on(*address, options);
}

std::uint16_t port_of(const os::UniqueFd& listener) {
  return os::local_of(listener.get()).port();
}

struct Ports {
  std::uint16_t starttls = 0;
  std::uint16_t implicit = 0;
};

// Ports that nobody listens on. `any_instead`: other ones where the wanted are taken.
base::Result<Ports> choose_ports(const config::RunOptions& options, bool any_instead) {
  std::array<std::uint16_t, 2> chosen{options.starttls_port, options.tls_port};
  std::array<os::UniqueFd, 2> held;  // until both are chosen
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    auto listener = listen_on_loopback(chosen[i]);
    if (!listener && any_instead) listener = listen_on_loopback(0);
    if (!listener) return base::fail("{}; choose other ports by --port and --tls-port", listener.error().text);
    chosen[i] = port_of(*listener);
    held[i] = std::move(*listener);
  }
  return Ports{chosen[0], chosen[1]};
}

bool somebody_listens(std::uint16_t port) {
  const auto address = os::SocketAddress::ip("127.0.0.1", port);
  const auto socket = address ? os::start_connect(*address) : tl::unexpected(address.error());
  if (!socket) return false;
  pollfd watched{socket->get(), POLLOUT, 0};
  return ::poll(&watched, 1, static_cast<int>(between_tries.count())) == 1 && os::pending_error(socket->get()) == 0;
}

std::vector<std::string> service_arguments(const DemoFolder& folder, Ports ports, std::uint16_t backend) {
  return {fmt::format("--listen=127.0.0.1:{}", ports.starttls),
          fmt::format("--listen-tls=127.0.0.1:{}", ports.implicit),
          fmt::format("--backend=127.0.0.1:{}", backend),
          "--identity=none",
          "--cert=" + folder.certificate(),
          "--key=" + folder.key(),
          "--jail=" + folder.jail(),
          "--workers=2",
          "--max-connections=1000",  // within the usual limit of descriptors
          "--timeout-drain=2s"};
}

int run_demo_sink(os::UniqueFd listener, SinkStore store, SinkReport told) {
  os::name_process("ehlock sink");
  auto signals = os::signals_as_descriptor({SIGTERM, SIGINT});
  if (!signals) return EX_OSERR;
  std::vector<os::UniqueFd> listeners;
  listeners.push_back(std::move(listener));
  return run_sink({std::move(*signals), std::move(listeners), std::move(store), std::move(told),
                   config::process_environment().host_name});
}

class Demo {
 public:
  Demo(const config::RunOptions& options, DemoFolder folder, DemoChildren children, Ports ports)
      : options_(options), folder_(std::move(folder)), children_(std::move(children)), ports_(ports) {}

  int run();

 private:
  [[nodiscard]] base::Result<void> start();
  [[nodiscard]] base::Result<void> await_service();
  void introduce() const;
  int show_until_stopped();
  int send_one();
  [[nodiscard]] int compare(std::string_view sent) const;

  const config::RunOptions& options_;
  DemoFolder folder_;  // goes last: the children use it
  DemoChildren children_;
  Ports ports_;
  std::string stored_;  // the file of the next message
};

int failed(int status, std::string_view why) {
  fmt::print(stderr, "run: {}\n", why);
  return status;
}

base::Result<void> Demo::start() {
  auto store = SinkStore::open(folder_.messages());
  if (!store) return tl::unexpected(store.error());
  stored_ = store->file_of(store->next_number());
  auto listener = listen_on_loopback(0);
  if (!listener) return tl::unexpected(listener.error());
  const std::uint16_t backend = port_of(*listener);
  const SinkReport told = options_.once ? [](const SinkReceipt&) {} : show_message;
  auto started =
      children_.start("the sink", [&] { return run_demo_sink(std::move(*listener), std::move(*store), told); });
  if (!started) return started;
  listener->reset();
  return children_.start("the service", [&] {
    os::name_process("ehlock serve");
    return serve(service_arguments(folder_, ports_, backend));
  });
}

base::Result<void> Demo::await_service() {
  for (int i = 0; i < tries; ++i) {
    if (somebody_listens(ports_.starttls)) return {};
    const auto event = children_.wait(between_tries);
    if (event == DemoChildren::Event::child_ended) return base::fail("{}", children_.epitaph());
    if (event == DemoChildren::Event::told_to_stop) return base::fail("stopped");
  }
  return base::fail("the service does not listen");
}

void Demo::introduce() const {
  fmt::print(
      "\nSTARTTLS on 127.0.0.1:{0}, implicit TLS on 127.0.0.1:{1}; messages go to {2}{3}. Try:\n\n"
      "  swaks --server 127.0.0.1 --port {0} --tls --to you@example.org\n"
      "  swaks --server 127.0.0.1 --port {1} --tls-on-connect --to you@example.org\n\nCtrl-C ends it.\n",
      ports_.starttls, ports_.implicit, folder_.messages(), options_.keep.empty() ? ", until the end" : "");
  (void)std::fflush(stdout);
}

int Demo::show_until_stopped() {
  introduce();
  for (;;) {
    const auto event = children_.wait(for_long);
    if (event == DemoChildren::Event::told_to_stop) return EX_OK;
    if (event == DemoChildren::Event::child_ended) return failed(EX_SOFTWARE, children_.epitaph());
  }
}

// The certificate is verified: it is the authority of itself.
int Demo::send_one() {
  const std::string message = demo_message(session::mail_date());
  const auto file = folder_.write("message.eml", message);
  if (!file) return failed(EX_CANTCREAT, file.error().text);
  config::SendOptions options;
  options.server.host = "127.0.0.1";
  options.server.port = ports_.starttls;
  options.from = "ehlock@localhost";
  options.to = {"you@example.org"};
  options.file = *file;
  options.verify = true;
  options.ca_file = folder_.certificate();
  options.server_name = "localhost";
  const int status = send(options);
  return status == EX_OK ? compare(message) : status;
}

int Demo::compare(std::string_view sent) const {
  const auto stored = os::read_file(stored_, sent.size() + 65536);
  if (!stored) return failed(EX_SOFTWARE, stored.error().text);
  fmt::print("\nstored as {}:\n", stored_);
  show_text(*stored);
  if (*stored != sent) return failed(EX_SOFTWARE, "what is stored is not what was sent");
  fmt::print("\nThe message arrived octet for octet ({} octets).\n", sent.size());
  (void)std::fflush(stdout);
  return EX_OK;
}

int Demo::run() {
  const auto started = start();
  if (!started) return failed(EX_CANTCREAT, started.error().text);
  const auto ready = await_service();
  if (!ready) return failed(EX_SOFTWARE, ready.error().text);
  const int status = options_.once ? send_one() : show_until_stopped();
  children_.end_all();
  return status;
}

}  // namespace

int run_demo(const config::RunOptions& options) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto ports = choose_ports(options, options.once);
  if (!ports) return failed(EX_TEMPFAIL, ports.error().text);
  auto children = DemoChildren::begin();
  if (!children) return failed(EX_OSERR, children.error().text);
  auto folder = DemoFolder::make(options.keep);
  if (!folder) return failed(EX_CANTCREAT, folder.error().text);
  return Demo(options, std::move(*folder), std::move(*children), *ports).run();
}

}  // namespace app
