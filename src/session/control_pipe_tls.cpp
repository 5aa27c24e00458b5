#include "session/control_pipe_tls.hpp"

#include <utility>

namespace session {
namespace {

constexpr std::string_view zero_octet("\0", 1);

}  // namespace

ControlPipeTls::ControlPipeTls(net::Loop& loop, ControlPipes pipes, log::Journal& journal, const Limits& limits)
    : loop_(loop), pipes_(std::move(pipes)), journal_(journal), limits_(limits) {}

net::Task<std::optional<smtp::Fault>> ControlPipeTls::invite(ClientSide& client, std::string_view words,
                                                             net::Deadline deadline) {
  if (pipes_.way == ControlWay::text) {
    words_ = words;
    co_return std::nullopt;
  }
  const auto fault = co_await client.send(words, deadline);
  if (fault || pipes_.way == ControlWay::ucspi) co_return fault;
  // At once: the answer of a quick client that overtakes this octet is taken for clear text by some.
  const bool done = co_await told(zero_octet, deadline);
  co_return done ? std::nullopt : std::optional(smtp::Fault::client_gone);
}

net::Task<Secured> ControlPipeTls::start(ClientSide& client) {
  const bool done = co_await switch_over(client, net::after(limits_.handshake));
  co_return Secured{done ? smtp::TlsResult::secured : smtp::TlsResult::failed, {}};
}

net::Task<bool> ControlPipeTls::switch_over(ClientSide& client, net::Deadline deadline) {
  switch (pipes_.way) {
    case ControlWay::text:
      co_return co_await switch_by_text(client, deadline);
    case ControlWay::byte: {
      const bool done = co_await acknowledged(deadline);
      co_return done && (pipes_.drained || !dropped_any(client));
    }
    case ControlWay::ucspi:
      break;
  }
  const bool done = co_await told("y", deadline);
  client.channel().stream() = net::Stream(loop_, std::move(pipes_.readable), std::move(pipes_.writable));
  co_return done;
}

// The other side tells the client only at the end of the pipe: what is there before was said without being asked.
net::Task<bool> ControlPipeTls::switch_by_text(ClientSide& client, net::Deadline deadline) {
  net::Stream control(loop_, std::move(pipes_.control));
  const net::Io outcome = co_await control.write(words_, deadline);
  if (outcome != net::Io::done || dropped_any(client)) co_return false;
  control.close();
  co_return !dropped_any(client);
}

// And closes the pipe.
net::Task<bool> ControlPipeTls::told(std::string_view octets, net::Deadline deadline) {
  net::Stream control(loop_, std::move(pipes_.control));
  const net::Io outcome = co_await control.write(octets, deadline);
  co_return outcome == net::Io::done;
}

net::Task<bool> ControlPipeTls::acknowledged(net::Deadline deadline) {
  net::Stream answer(loop_, std::move(pipes_.answer));
  base::Buffer said(zero_octet.size());
  const net::Io outcome = co_await answer.read(said, deadline);
  co_return outcome == net::Io::done&& said.view() == zero_octet;
}

bool ControlPipeTls::dropped_any(ClientSide& client) {
  const std::size_t dropped = client.forget_unread();
  if (dropped > 0) journal_.discarded(dropped);
  return dropped > 0;
}

}  // namespace session
