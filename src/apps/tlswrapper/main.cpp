// tlswrapper: TLS for a program, from super-servers that pass the connection as standard input and output.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "apps/tlswrapper/own_program.hpp"
#include "apps/tlswrapper/wrapper_session.hpp"
#include "apps/tlswrapper_smtp/helper.hpp"
#include "os/files.hpp"
#include "os/process.hpp"

namespace app {
namespace {

constexpr int control_number = 5;
constexpr int answer_number = 6;
constexpr std::size_t largest_authorities = 1024 * 1024;

// The ends of pipes that are the program's; they are closed here once it has its own.
struct ProgramEnds {
  os::UniqueFd input, output, control, answer;
};

// The readable end again, as a file of its own: this side's mode is not the program's. None where there is no /proc.
os::UniqueFd opened_again(int fd) {
  return os::UniqueFd(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

// Tells a program that knows it that its input holds no clear octets any more once the switch was acknowledged.
void tell_whether_drained(bool drained) {
  constexpr const char* name = "TLSWRAPPER_CONTROL";
  (void)(drained ? ::setenv(name, "drained", 1) : ::unsetenv(name));
}

base::Result<ProgramEnds> make_pipes(WrapperSpec& spec) {
  auto input = os::make_pipe();
  auto output = os::make_pipe();
  auto control = os::make_pipe();
  auto answer = os::make_pipe();
  if (!input || !output || !control || !answer) return base::fail("no pipes for the program");
  ProgramEnds ends;
  ends.input = std::move(input->first);
  spec.input = std::move(input->second);
  ends.output = std::move(output->second);
  spec.output = std::move(output->first);
  if (!spec.options.delayed) return ends;
  ends.control = std::move(control->second);
  ends.answer = std::move(answer->first);
  spec.control = ControlEnds{std::move(control->first), std::move(answer->second), opened_again(ends.input.get())};
  return ends;
}

base::Result<void> make_program(WrapperSpec& spec, LeveledSink& sink) {
  const auto ends = make_pipes(spec);
  if (!ends) return tl::unexpected(ends.error());
  tell_whether_drained(spec.control && spec.control->input);
  WaitingProgramSpec program;
  program.arguments = spec.options.program;
  program.descriptors = {{0, ends->input.get()}, {1, ends->output.get()}, {2, STDERR_FILENO}};
  if (spec.options.delayed) {
    program.descriptors.emplace_back(control_number, ends->control.get());
    program.descriptors.emplace_back(answer_number, ends->answer.get());
  }
  if (is_own_smtp_helper(program.arguments.front())) program.own = run_smtp_helper;
  program.account_is_told = spec.options.account_from != config::AccountFrom::nowhere;
  if (!spec.options.user.empty()) {
    auto account = find_account(spec.options.user);
    if (!account) return tl::unexpected(account.error());
    program.account = std::move(*account);
  }
  auto started = WaitingProgram::start(program, sink);
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
  auto jail = helper_jail(os::Role::helper_network, spec.options.jail, spec.options.jail_user);
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
