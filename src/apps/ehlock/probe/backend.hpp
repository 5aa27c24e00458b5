// A configured backend tried as serve would use it: connected to, introduced to a client in the configured way,
// greeted.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/loop.hpp"
#include "os/address.hpp"
#include "session/identity.hpp"

namespace app {

struct BackendToTry {
  std::vector<os::SocketAddress> addresses;
  session::Identity identity = session::Identity::none;
  std::string our_name;
  bool greets_again = false;         // as after STARTTLS on the same connection: RSET, and the client's second EHLO
  std::chrono::seconds patience{5};  // for connecting and for each answer
};

// What it answered: "greeting backend.example ESMTP; believes the PROXY header". An error says what serve would run
// into, and where a backend seems to expect another identity, which.
[[nodiscard]] net::Task<base::Result<std::string>> try_backend(net::Loop& loop, const BackendToTry& backend);

}  // namespace app
