// A message made ready for the wire (RFC 5321 §2.3.8, §4.5.2). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "config/commands.hpp"

namespace app {

// Every CR, LF and CRLF becomes CRLF, and the last line ends with one.
[[nodiscard]] std::string with_crlf(std::string_view text);

// What goes behind DATA's 354 for a text that with_crlf() made: dots doubled, the end included.
[[nodiscard]] std::string data_of(std::string_view message);

[[nodiscard]] bool is_ascii(std::string_view text);

// A message of the options' words. `date` as RFC 5322 §3.3 writes it, `id` without <>.
[[nodiscard]] std::string compose(const config::SendOptions& options, std::string_view date, std::string_view id);

// "AUTH PLAIN " and the initial response in base64 (RFC 4616), with CRLF.
[[nodiscard]] base::Secret auth_plain_command(std::string_view user, std::string_view password);

}  // namespace app
