// ControlPipeTls: the starter of a helper that has no TLS of its own: the program in front, which holds the client's
// connection, is told through a pipe that TLS begins now. Three ways of telling are spoken (see ControlWay).
#pragma once

#include <functional>
#include <string>

#include "log/journal.hpp"
#include "net/event.hpp"
#include "session/limits.hpp"
#include "session/tls_starter.hpp"

namespace session {

enum class ControlWay {
  text,   // the last clear words go into the pipe itself, its end of file says "now" (tlswrapper before 2026-04-28)
  byte,   // the words go to the client, one zero octet into the pipe, one zero octet comes back (tlswrapper since)
  ucspi,  // "Y" or "y" to the socket; the client's plaintext then comes and goes by two other descriptors (UCSPI-TLS)
};

struct ControlPipes {
  ControlWay way = ControlWay::text;
  bool drained = false;  // byte: the other side empties our input of clear octets before it answers
  os::UniqueFd control;
  os::UniqueFd answer;              // byte
  os::UniqueFd readable, writable;  // ucspi: the client's plaintext
  bool tells = false;               // ucspi: `control` can be read, and says what the handshake found
};

// On the pipe of the acknowledgement: the session is to end at its next idle moment. Only said to who listens.
inline constexpr char end_octet = '\1';

class ControlPipeTls final : public TlsStarter {
 public:
  // `journal` and `limits` outlive it. Octets found in the input at the switch may be clear ones from behind STARTTLS
  // (CVE-2011-0411) or, where this process was kept waiting, the first of the client's inside TLS: nobody can tell, so
  // the session ends. Where the other side has emptied the input they are the client's, and stay.
  ControlPipeTls(net::Loop& loop, ControlPipes pipes, log::Journal& journal, const Limits& limits);

  [[nodiscard]] net::Task<std::optional<smtp::Fault>> invite(ClientSide& client, std::string_view words,
                                                             net::Deadline deadline) override;

  // byte: hears all that the other side says on the pipe of the acknowledgement, and calls `on_end` at end_octet. Until
  // that pipe ends; before start(), or not at all.
  [[nodiscard]] net::Task<void> listen(std::function<void()> on_end);

  // Secured means that the client can be heard inside TLS only; the handshake itself is the other side's, and its
  // failure is the client's end. Facts are known where the other side tells them.
  [[nodiscard]] net::Task<Secured> start(ClientSide& client) override;

 private:
  [[nodiscard]] net::Task<bool> switch_over(ClientSide& client, net::Deadline deadline);
  [[nodiscard]] net::Task<Secured> switch_by_ucspi(ClientSide& client, net::Deadline deadline);
  [[nodiscard]] net::Task<bool> switch_by_text(ClientSide& client, net::Deadline deadline);
  [[nodiscard]] net::Task<bool> acknowledged(net::Deadline deadline);
  [[nodiscard]] bool dropped_any(ClientSide& client);

  net::Loop& loop_;
  ControlPipes pipes_;
  log::Journal& journal_;
  const Limits& limits_;
  std::string words_;  // text: held back until start()
  bool listens_ = false;
  bool acknowledgement_ = false;
  net::Event answered_;  // listen() has heard the acknowledgement, or that there will be none
};

}  // namespace session
