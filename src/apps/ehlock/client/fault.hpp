// ClientFault: what ends a session of our SMTP client before its time, and the exit status it means (sysexits).
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "smtp/reply.hpp"

namespace app {

struct ClientFault {
  int status = 0;
  std::string text;
};

template <typename T>
using ClientResult = tl::expected<T, ClientFault>;

// The fault of an unwelcome reply: temporary for 4xx.
[[nodiscard]] tl::unexpected<ClientFault> refused(std::string_view what, const smtp::Reply& reply);

}  // namespace app
