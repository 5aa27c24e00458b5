// tlswrapper: TLS for a program, from super-servers that pass the connection as standard input and output.

#include <fcntl.h>

#include <csignal>
#include <utility>

#include "apps/shared/standard_error.hpp"
#include "apps/tlswrapper/hand_over.hpp"
#include "apps/tlswrapper/program_pipes.hpp"
#include "apps/tlswrapper/wrapper_session.hpp"
#include "os/files.hpp"
#include "os/process.hpp"

namespace app {
namespace {

constexpr std::size_t largest_authorities = 1024 * 1024;

base::Result<void> make_program(WrapperSpec& spec, LeveledSink& sink) {
  const auto ends = make_pipes(spec, spec.options.delayed);
  if (!ends) return tl::unexpected(ends.error());
  const auto program = program_of(spec, *ends);
  if (!program) return tl::unexpected(program.error());
  auto started = WaitingProgram::start(*program, sink);
  if (!started) return tl::unexpected(started.error());
  spec.program = std::move(*started);
  return {};
}

base::Result<void> make_keys(WrapperSpec& spec) {
  if (spec.options.places.empty()) return {};
  auto files = read_pem_files(spec.options.places);
  if (!files) return tl::unexpected(files.error());
  if (files->empty()) return {};
  auto jail = helper_jail(os::Role::helper_key, spec.options.jail, spec.options.jail_user);
  if (!jail) return tl::unexpected(jail.error());
  auto keys = KeyKeeper::start(std::move(*files), std::move(*jail));
  if (!keys) return tl::unexpected(keys.error());
  spec.keys = std::move(*keys);
  return {};
}

// Everything that needs rights: before the jail, and before the client's first octet.
base::Result<void> prepare(WrapperSpec& spec, LeveledSink& sink) {
  auto jail = helper_jail(os::Role::helper_relay, spec.options.jail, spec.options.jail_user);
  if (!jail) return tl::unexpected(jail.error());
  spec.jail = std::move(*jail);
  if (!spec.options.authorities.empty()) {
    auto authorities = os::read_file(spec.options.authorities, largest_authorities);
    if (!authorities) return tl::unexpected(authorities.error());
    spec.options.tls.client_ca = std::move(*authorities);
    spec.options.tls.client_certificate = tls::ClientCertificate::require;
  }
  auto signals = watched_signals();
  if (!signals) return tl::unexpected(signals.error());
  spec.signals = std::move(*signals);
  // The program's process comes first: it never sees a key.
  const auto made = make_program(spec, sink);
  return made ? make_keys(spec) : made;
}

int read_options(const std::vector<std::string>& words, WrapperSpec& spec, LeveledSink& sink) {
  const auto read = config::read_wrapper_options(words, spec.options);
  sink.set_verbosity(spec.options.verbosity);
  if (read) return 0;
  if (read.error().text.empty()) say(config::wrapper_usage);
  if (!read.error().text.empty()) sink.fatal(read.error().text);
  return exit_usage;
}

int run(const std::vector<std::string>& words) {
  const bool control_taken = ::fcntl(control_number, F_GETFD) >= 0;
  WrapperSpec spec;
  keep_log_from_client();
  LeveledSink sink("tlswrapper");
  if (const int fault = read_options(words, spec, sink); fault != 0) return fault;
  if (spec.options.delayed && control_taken) {
    sink.fatal("control pipe on filedescriptor 5: it is open already");
    return exit_temporary;
  }
  (void)std::signal(SIGPIPE, SIG_IGN);
  spec.identity = identity_of_connection();
  spec.identity.tls.reset();
  sink.set_client(spec.identity.client.host());
  sink.set_id(spec.identity.session_id);
  if (!spec.options.handoff.empty()) {
    const auto handed = hand_over(spec, sink);
    if (handed) return *handed;
    if (spec.options.places.empty()) {
      sink.fatal(handed.error().text);
      return exit_temporary;
    }
    sink.write(log::Severity::warning, "not handed over: " + handed.error().text);
  }
  const auto prepared = prepare(spec, sink);
  if (!prepared) {
    sink.fatal(prepared.error().text);
    return exit_temporary;
  }
  return run_wrapper(std::move(spec), sink);
}

}  // namespace
}  // namespace app

int main(int argc, char** argv) {
  if (argc < 1) return app::exit_usage;
  return app::run(std::vector<std::string>(argv + 1, argv + argc));
}
