#include "apps/tlswrapper/program_pipes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "apps/tlswrapper/own_program.hpp"
#include "apps/tlswrapper_smtp/helper.hpp"

namespace app {
namespace {

constexpr int answer_number = 6;

// The readable end again, as a file of its own: this side's mode is not the program's. None where there is no /proc.
os::UniqueFd opened_again(int fd) {
  return os::UniqueFd(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

// Tells a program that knows it that its input holds no clear octets any more once the switch was acknowledged.
void tell_whether_drained(bool drained) {
  constexpr const char* name = "TLSWRAPPER_CONTROL";
  (void)(drained ? ::setenv(name, "drained", 1) : ::unsetenv(name));
}

}  // namespace

base::Result<ProgramEnds> make_pipes(WrapperSpec& spec, bool with_control) {
  auto input = os::make_pipe();
  auto output = os::make_pipe();
  if (!input || !output) return base::fail("no pipes for the program");
  ProgramEnds ends;
  ends.input = std::move(input->first);
  spec.input = std::move(input->second);
  ends.output = std::move(output->second);
  spec.output = std::move(output->first);
  if (!with_control) return ends;
  auto control = os::make_pipe();
  auto answer = os::make_pipe();
  if (!control || !answer) return base::fail("no pipes for the program");
  ends.control = std::move(control->second);
  ends.answer = std::move(answer->first);
  spec.control =
      session::ControlEnds{std::move(control->first), std::move(answer->second), opened_again(ends.input.get())};
  return ends;
}

base::Result<WaitingProgramSpec> program_at(const ProgramEnds& ends, std::vector<std::string> words,
                                            const std::string& user) {
  WaitingProgramSpec program;
  program.arguments = std::move(words);
  program.descriptors = {{0, ends.input.get()}, {1, ends.output.get()}, {2, STDERR_FILENO}};
  if (ends.control) {
    program.descriptors.emplace_back(control_number, ends.control.get());
    program.descriptors.emplace_back(answer_number, ends.answer.get());
  }
  if (user.empty()) return program;
  auto account = find_account(user);
  if (!account) return tl::unexpected(account.error());
  program.account = std::move(*account);
  return program;
}

base::Result<WaitingProgramSpec> program_of(const WrapperSpec& spec, const ProgramEnds& ends) {
  tell_whether_drained(spec.control && spec.control->input);
  auto program = program_at(ends, spec.options.program, spec.options.user);
  if (!program) return program;
  if (is_own_smtp_helper(program->arguments.front())) program->own = run_smtp_helper;
  program->account_is_told = spec.options.account_from != config::AccountFrom::nowhere;
  return program;
}

}  // namespace app
