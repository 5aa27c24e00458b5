// The one session of tlswrapper-smtp: the daemon's SMTP dialog between standard input and output and the program.
#pragma once

#include <optional>
#include <vector>

#include "apps/shared/child_watch.hpp"
#include "apps/shared/leveled_sink.hpp"
#include "config/helper_smtp_options.hpp"
#include "os/address.hpp"
#include "os/jail.hpp"
#include "session/client_identity.hpp"
#include "session/control_pipe_tls.hpp"

namespace app {

// The program, started, and our ends of its pipes.
struct StartedProgram {
  pid_t pid = 0;
  os::UniqueFd output;  // readable
  os::UniqueFd input;   // writable
};

struct MailSessionSpec {
  config::SmtpHelperOptions options;
  session::ClientIdentity identity;
  std::optional<session::ControlPipes> control;  // none: TLS cannot be had
  std::vector<os::SocketAddress> policy;         // empty: nobody is asked
  os::UniqueFd connector;                        // to the policy service's UNIX socket
  std::string name;                              // this host's
  StartedProgram program;
  os::UniqueFd signals;
  os::JailSpec jail;
};

// Jails this process, then runs the session. The exit status: the program's after QUIT, else exit_temporary.
[[nodiscard]] int run_mail_session(MailSessionSpec spec, LeveledSink& sink);

}  // namespace app
