// ehlock: TLS in front of any SMTP server. Reads the command line and runs what it names.

#include <cstdio>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <sysexits.h>

#include "apps/ehlock/demo/demo.hpp"
#include "apps/ehlock/probe/probe.hpp"
#include "apps/ehlock/send/send.hpp"
#include "apps/ehlock/serve/supervisor.hpp"
#include "apps/ehlock/sink/sink.hpp"
#include "apps/ehlock/watch/admin.hpp"
#include "config/commands.hpp"
#include "tls/library.hpp"
#include "tls/ssl_places.hpp"

namespace {

int perform(const config::ServeCommand& command) {
  tls::give_ssls_places();
  return app::serve(command.arguments);
}

int perform(const config::CheckCommand& command) {
  return app::check(command);
}

int perform(const config::SinkOptions& options) {
  return app::sink(options);
}

int perform(const config::SendOptions& options) {
  return app::send(options);
}

int perform(const config::ProbeOptions& options) {
  return app::probe(options);
}

int perform(const config::RunOptions& options) {
  return app::run_demo(options);
}

int perform(const config::AdminCommand& command) {
  return app::administer(command);
}

int perform(const config::Help& help) {
  fmt::print("{}", help.text);
  return EX_OK;
}

int perform(const config::VersionText& version) {
  fmt::print("{}{}\n", version.text, tls::library_version());
  return EX_OK;
}

int perform(const config::UsageError& fault) {
  fmt::print(stderr, "{}\n", fault.text);
  return EX_USAGE;
}

}  // namespace

int main(int argc, char** argv) {
  const auto command = config::parse_command_line(std::vector<std::string>(argv, argv + argc));
  return std::visit([](const auto& chosen) { return perform(chosen); }, command);
}
