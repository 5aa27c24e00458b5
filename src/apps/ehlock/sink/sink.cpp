#include "apps/ehlock/sink/sink.hpp"

#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/sink/server.hpp"
#include "config/load.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"

namespace app {
namespace {

int failed(int status, const base::Error& error) {
  fmt::print(stderr, "sink: {}\n", error.text);
  return status;
}

// Thousands of sessions at once are what a front is tried with.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

base::Result<std::vector<os::UniqueFd>> open_listeners(const std::vector<os::Endpoint>& endpoints) {
  std::vector<os::UniqueFd> listeners;
  os::ListenOptions options;
  options.reuse_port = false;  // one process: a second sink on the port is a mistake
  for (const auto& endpoint : endpoints) {
    const auto addresses = os::resolve(endpoint, true);
    if (!addresses) return tl::unexpected(addresses.error());
    for (const auto& address : *addresses) {
      auto socket = os::listen_on(address, options);
      if (!socket) return tl::unexpected(socket.error());
      listeners.push_back(std::move(*socket));
    }
  }
  return listeners;
}

void remove_socket_files(const std::vector<os::Endpoint>& endpoints) {
  for (const auto& endpoint : endpoints) {
    if (endpoint.is_unix()) ::unlink(endpoint.path.c_str());
  }
}

void report(const SinkReceipt& receipt) {
  fmt::print(stderr, "{}\n", text_of(receipt));
}

void stay_quiet(const SinkReceipt& /*receipt*/) {}

}  // namespace

int sink(const config::SinkOptions& options) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  allow_many_descriptors();
  auto signals = os::signals_as_descriptor({SIGTERM, SIGINT});
  if (!signals) return failed(EX_OSERR, signals.error());
  auto store = SinkStore::open(options.dir);
  if (!store) return failed(EX_CONFIG, store.error());
  auto listeners = open_listeners(options.listen);
  if (!listeners) return failed(EX_TEMPFAIL, listeners.error());
  for (const auto& listener : *listeners) {
    fmt::print(stderr, "sink: listening on {}\n", os::local_of(listener.get()).text());
  }
  const int status = run_sink({std::move(*signals), std::move(*listeners), std::move(*store),
                               options.quiet ? stay_quiet : report, config::process_environment().host_name});
  remove_socket_files(options.listen);
  return status;
}

}  // namespace app
