// SMTP in front of a program of the session's own: the rules of tlswrapper-smtp's dialog, which a worker that has its
// place keeps too.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "net/stream.hpp"
#include "session/backend_opener.hpp"
#include "session/client_identity.hpp"
#include "session/limits.hpp"
#include "smtp/dialog.hpp"

namespace app {

// `wait`: each wait; without it those of RFC 5321.
[[nodiscard]] session::Limits limits_before_program(const std::optional<std::chrono::seconds>& wait);

// `name`: this host's. Where TLS cannot begin this may be inside TLS already: AUTH is the program's decision then.
[[nodiscard]] smtp::DialogSettings dialog_before_program(std::string name, bool tls_available);

// Inside TLS from the start where the client is.
[[nodiscard]] smtp::DialogStart start_for(const session::ClientIdentity& client);

// The program has been started, or is about to be: its greeting comes through its pipe.
class OnlyProgram final : public session::BackendOpener {
 public:
  explicit OnlyProgram(net::Stream stream) : stream_(std::move(stream)) {}
  // Once.
  [[nodiscard]] net::Task<base::Result<net::Stream>> open(const session::ClientIdentity&) override;

 private:
  net::Stream stream_;
};

}  // namespace app
