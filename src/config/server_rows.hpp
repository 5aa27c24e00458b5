// The rows of every command that connects to one server as a client (send, probe): where, how, and whom to believe.
#pragma once

#include <vector>

#include "config/commands.hpp"
#include "config/option.hpp"
#include "config/value.hpp"

namespace config {

// `Options` is derived from ServerChoice.
template <typename Options>
[[nodiscard]] std::vector<Option<Options>> server_rows(const std::string& what_for) {
  return {
      single<Options>(
          {.flag = "server",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "must be given",
           .help = what_for + ": HOST:PORT, [IPv6]:PORT or unix:/PATH"},
          [](Options & o) -> auto& { return o.server; }, destination),
      single<Options>(
          {.flag = "implicit",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "TLS at once (port 465) instead of STARTTLS"},
          [](Options & o) -> auto& { return o.implicit; }, toggle),
      single<Options>(
          {.flag = "server-name",
           .argument = "NAME",
           .unset = "the server's host",
           .help = "SNI, and the name to verify"},
          [](Options & o) -> auto& { return o.server_name; }, host_name),
      single<Options>(
          {.flag = "verify",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "the server's certificate must be good for the name"},
          [](Options & o) -> auto& { return o.verify; }, toggle),
      single<Options>(
          {.flag = "ca",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "the system's",
           .help = "PEM of the authorities to verify with"},
          [](Options & o) -> auto& { return o.ca_file; }, plain),
  };
}

}  // namespace config
