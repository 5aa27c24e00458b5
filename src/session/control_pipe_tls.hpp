// ControlPipeTls: the starter of a helper that has no TLS of its own: the program in front, which holds the client's
// connection, is told through a pipe that TLS begins now. Three ways of telling are spoken (see ControlWay).
#pragma once

#include <string>

#include "log/journal.hpp"
#include "session/limits.hpp"
#include "session/tls_starter.hpp"

namespace session {

enum class ControlWay {
  text,   // the last clear words go into the pipe itself, its end of file says "now" (tlswrapper before 2026-04-28)
  byte,   // the words go to the client, one zero octet into the pipe, one zero octet comes back (tlswrapper since)
  ucspi,  // "y" into the pipe; the client's plaintext then comes and goes by two other descriptors (UCSPI-TLS)
};

struct ControlPipes {
  ControlWay way = ControlWay::text;
  os::UniqueFd control;
  os::UniqueFd answer;                // byte
  os::UniqueFd readable, writable;    // ucspi: the client's plaintext
};

class ControlPipeTls final : public TlsStarter {
 public:
  // `journal` and `limits` outlive it. What arrived in clear behind STARTTLS is dropped and noted in the journal; where
  // the other side gives a sign (byte), up to that sign.
  ControlPipeTls(net::Loop& loop, ControlPipes pipes, log::Journal& journal, const Limits& limits);

  [[nodiscard]] net::Task<std::optional<smtp::Fault>> invite(ClientSide& client, std::string_view words,
                                                             net::Deadline deadline) override;

  // Secured means that the client can be heard inside TLS only; the handshake itself is the other side's, and its
  // failure is the client's end.
  [[nodiscard]] net::Task<Secured> start(ClientSide& client) override;

 private:
  [[nodiscard]] net::Task<bool> switch_over(ClientSide& client, net::Deadline deadline);
  [[nodiscard]] net::Task<bool> told(std::string_view octets, net::Deadline deadline);
  [[nodiscard]] net::Task<bool> acknowledged(net::Deadline deadline);
  void drop_clear(ClientSide& client);

  net::Loop& loop_;
  ControlPipes pipes_;
  log::Journal& journal_;
  const Limits& limits_;
  std::string words_;  // text: held back until start()
};

}  // namespace session
