#include "apps/tlswrapper_smtp/helper.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

#include "apps/shared/account.hpp"
#include "apps/shared/standard_error.hpp"
#include "apps/shared/ucspi.hpp"
#include "apps/tlswrapper_smtp/control_descriptors.hpp"
#include "apps/tlswrapper_smtp/hand_over_mail.hpp"
#include "apps/tlswrapper_smtp/mail_session.hpp"
#include "apps/tlswrapper_smtp/policy_connector.hpp"
#include "apps/tlswrapper_smtp/program_behind.hpp"

namespace app {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

// Before the jail: it sees all files, and none of the client's bytes was read yet.
base::Result<StartedProgram> start(const config::SmtpHelperOptions& options, const session::ClientIdentity& identity) {
  auto program = program_behind(options, identity);
  if (!program) return tl::unexpected(program.error());
  const auto pid = os::start_program(program->spec);
  if (!pid) return base::fail("unable to run {}", pid.error().text);
  return StartedProgram{*pid, std::move(program->output), std::move(program->input)};
}

base::Result<os::JailSpec> jail_for(const MailSessionSpec& spec) {
  const os::Role role = spec.policy.empty() ? os::Role::helper_relay : os::Role::helper_network;
  auto jail = helper_jail(role, spec.options.jail, spec.options.jail_user);
  if (!jail || spec.policy.empty() || spec.policy.front().is_unix()) return jail;
  jail->connect_ports.clear();
  for (const auto& address : spec.policy) jail->connect_ports.push_back(address.port());
  return jail;
}

base::Result<void> prepare(MailSessionSpec& spec) {
  if (spec.options.policy) {
    auto addresses = os::resolve(*spec.options.policy, false);
    if (!addresses) return tl::unexpected(addresses.error());
    spec.policy = std::move(*addresses);
  }
  auto jail = jail_for(spec);
  if (!jail) return tl::unexpected(jail.error());
  spec.jail = std::move(*jail);
  if (!spec.policy.empty() && spec.policy.front().is_unix()) {
    auto connector = start_policy_connector(spec.policy.front(), spec.jail);
    if (!connector) return tl::unexpected(connector.error());
    spec.connector = std::move(*connector);
  }
  auto signals = watched_signals();
  if (!signals) return tl::unexpected(signals.error());
  spec.signals = std::move(*signals);
  auto program = start(spec.options, spec.identity);
  if (!program) return tl::unexpected(program.error());
  spec.program = std::move(*program);
  return {};
}

}  // namespace

int run_smtp_helper(const std::vector<std::string>& words) {
  MailSessionSpec spec;
  spec.control = find_control_pipes();
  keep_log_from_client();
  LeveledSink sink("tlswrapper-smtp");
  const auto read = config::read_smtp_helper_options(words, spec.options);
  sink.set_verbosity(spec.options.verbosity);
  if (!read) {
    if (read.error().text.empty()) say(config::smtp_helper_usage);
    if (!read.error().text.empty()) sink.fatal(read.error().text);
    return exit_usage;
  }
  (void)std::signal(SIGPIPE, SIG_IGN);
  spec.identity = identity_of_connection();
  spec.name = host_name();
  sink.set_client(spec.identity.client.host());
  sink.set_id(spec.identity.session_id);
  if (!spec.options.handoff.empty()) {
    sink.fatal(hand_over_mail(spec).text);
    return exit_temporary;
  }
  const auto prepared = prepare(spec);
  if (!prepared) {
    sink.fatal(prepared.error().text);
    return exit_temporary;
  }
  return run_mail_session(std::move(spec), sink);
}

}  // namespace app
