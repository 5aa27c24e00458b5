#include "apps/tlswrapper_smtp/program_behind.hpp"

#include <unistd.h>

#include "apps/shared/account.hpp"
#include "apps/shared/ucspi.hpp"

namespace app {

base::Result<os::ProgramSpec> program_behind(const config::SmtpHelperOptions& options,
                                             const session::ClientIdentity& identity, PipeEnds ends) {
  os::ProgramSpec program;
  program.arguments = options.program;
  program.environment = replace(own_environment(), {"LOG_ID=" + identity.session_id});
  program.descriptors = {{0, ends.input}, {1, ends.output}, {2, STDERR_FILENO}};
  program.inherits = true;
  if (options.user.empty()) return program;
  const auto account = find_account(options.user);
  if (!account) return tl::unexpected(account.error());
  start_as(*account, program);
  return program;
}

}  // namespace app
