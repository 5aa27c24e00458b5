#include "apps/tlswrapper_smtp/program_behind.hpp"

#include <unistd.h>

#include <utility>

#include "apps/shared/account.hpp"
#include "apps/shared/ucspi.hpp"

namespace app {

base::Result<ProgramBehind> program_behind(const config::SmtpHelperOptions& options,
                                           const session::ClientIdentity& identity) {
  auto input = os::make_pipe();
  auto output = os::make_pipe();
  if (!input || !output) return base::fail("no pipes for the program");
  ProgramBehind behind{
      std::move(input->first), std::move(output->second), std::move(output->first), std::move(input->second), {}};
  os::ProgramSpec& program = behind.spec;
  program.arguments = options.program;
  program.environment = replace(own_environment(), {"LOG_ID=" + identity.session_id});
  program.descriptors = {{0, behind.its_input.get()}, {1, behind.its_output.get()}, {2, STDERR_FILENO}};
  program.inherits = true;
  if (options.user.empty()) return behind;
  const auto account = find_account(options.user);
  if (!account) return tl::unexpected(account.error());
  start_as(*account, program);
  return behind;
}

}  // namespace app
