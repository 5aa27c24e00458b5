// How the SMTP program is run: its pipes, its environment, whose it is.
#pragma once

#include "base/result.hpp"
#include "config/helper_smtp_options.hpp"
#include "os/process.hpp"
#include "session/client_identity.hpp"

namespace app {

// The program's ends.
struct PipeEnds {
  int input = -1;
  int output = -1;
};

// An error: there is no such account.
[[nodiscard]] base::Result<os::ProgramSpec> program_behind(const config::SmtpHelperOptions& options,
                                                           const session::ClientIdentity& identity, PipeEnds ends);

}  // namespace app
