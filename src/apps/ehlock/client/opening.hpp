// How a client opens a session: greeting, EHLO, and TLS at once or by STARTTLS.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/ehlock/client/fault.hpp"
#include "apps/ehlock/client/smtp_client.hpp"

namespace app {

// What an EHLO reply offers.
class Offer {
 public:
  explicit Offer(smtp::Reply ehlo) : ehlo_(std::move(ehlo)) {}

  // With a word behind the keyword, where one is asked for: ("AUTH", "PLAIN").
  [[nodiscard]] bool has(std::string_view keyword, std::string_view word = {}) const;

  // The lines behind the first.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  smtp::Reply ehlo_;
};

// What every session needs to be opened.
struct Opening {
  const tls::Context& context;
  std::string our_name;       // for EHLO
  bool implicit = false;      // TLS at once
  std::string session_der{};  // to be resumed; may be empty
};

struct Opened {
  std::string greeting;              // the first line's text
  std::vector<std::string> clear{};  // what was offered before TLS; none with implicit TLS
  Offer offer;                       // inside TLS; what was offered in clear is forgotten (RFC 3207 §4.2)
};

// The text of the greeting's first line; a fault for one that is not positive.
[[nodiscard]] net::Task<ClientResult<std::string>> hear_greeting(SmtpClient& client);
[[nodiscard]] net::Task<ClientResult<Offer>> greet(SmtpClient& client, std::string our_name);

// On a connected client, up to the EHLO inside TLS.
[[nodiscard]] net::Task<ClientResult<Opened>> open_session(SmtpClient& client, Opening opening);

}  // namespace app
