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
    case ControlWay::text: {
      const bool done = co_await told(words_, deadline);
      if (done) drop_clear(client);
      co_return done;
    }
    case ControlWay::byte: {
      const bool done = co_await acknowledged(deadline);
      // Whoever acknowledges has delivered its last clear octet before (CVE-2011-0411).
      if (done) drop_clear(client);
      co_return done;
    }
    case ControlWay::ucspi:
      break;
  }
  const bool done = co_await told("y", deadline);
  client.channel().stream() = net::Stream(loop_, std::move(pipes_.readable), std::move(pipes_.writable));
  co_return done;
}

// And closes the pipe: its end is part of the message.
net::Task<bool> ControlPipeTls::told(std::string_view octets, net::Deadline deadline) {
  net::Stream control(loop_, std::move(pipes_.control));
  const net::Io outcome = co_await control.write(octets, deadline);
  co_return outcome == net::Io::done;
}

net::Task<bool> ControlPipeTls::acknowledged(net::Deadline deadline) {
  net::Stream answer(loop_, std::move(pipes_.answer));
  base::Buffer said(zero_octet.size());
  const net::Io outcome = co_await answer.read(said, deadline);
  co_return outcome == net::Io::done && said.view() == zero_octet;
}

void ControlPipeTls::drop_clear(ClientSide& client) {
  const std::size_t dropped = client.forget_unread();
  if (dropped > 0) journal_.discarded(dropped);
}

}  // namespace session
