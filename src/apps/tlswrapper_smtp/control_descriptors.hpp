// The descriptors by which the program in front can be told to begin TLS, found as they were inherited.
#pragma once

#include <optional>

#include "session/control_pipe_tls.hpp"

namespace app {

// UCSPI-TLS by SSLCTLFD, SSLREADFD and SSLWRITEFD; else descriptor 5, and 6 for the answer, where these are pipes (or
// sockets) open in the right direction: an unrelated descriptor of that number is left alone. Nothing: TLS cannot be
// had. To be asked before this process opens anything. They become close-on-exec.
[[nodiscard]] std::optional<session::ControlPipes> find_control_pipes();

}  // namespace app
