// How the SMTP program is run: its pipes, its environment, whose it is.
#pragma once

#include "base/result.hpp"
#include "config/helper_smtp_options.hpp"
#include "os/process.hpp"
#include "session/client_identity.hpp"

namespace app {

struct ProgramBehind {
  os::UniqueFd its_input;  // the program's own ends, in `spec`; no longer needed when it runs
  os::UniqueFd its_output;
  os::UniqueFd output;  // readable
  os::UniqueFd input;   // writable
  os::ProgramSpec spec;
};

// An error: there are no pipes, or there is no such account.
[[nodiscard]] base::Result<ProgramBehind> program_behind(const config::SmtpHelperOptions& options,
                                                         const session::ClientIdentity& identity);

}  // namespace app
