#include "session/control_pipe_tls.hpp"

#include <utility>

#include "session/ucspi_facts.hpp"

namespace session {
namespace {

constexpr std::string_view zero_octet("\0", 1);
constexpr std::string_view end_of_facts("\0\0", 2);
constexpr std::size_t longest_facts = 16384;

}  // namespace

ControlPipeTls::ControlPipeTls(net::Loop& loop, ControlPipes pipes, log::Journal& journal, const Limits& limits)
    : loop_(loop), pipes_(std::move(pipes)), journal_(journal), limits_(limits), answered_(loop) {}

net::Task<void> ControlPipeTls::listen(std::function<void()> on_end) {
  listens_ = true;
  net::Stream answer(loop_, std::move(pipes_.answer));
  base::Buffer said(1);
  for (;;) {
    said.clear();
    const net::Io outcome = co_await answer.read(said, net::after(std::chrono::hours(24 * 365)));
    const bool acknowledged = outcome == net::Io::done && said.view() == zero_octet;
    if (outcome == net::Io::done && !acknowledged) {
      on_end();
      continue;
    }
    acknowledgement_ = acknowledgement_ || acknowledged;
    answered_.set();
    if (outcome != net::Io::done) co_return;
  }
}

net::Task<std::optional<smtp::Fault>> ControlPipeTls::invite(ClientSide& client, std::string_view words,
                                                             net::Deadline deadline) {
  if (pipes_.way == ControlWay::text) {
    words_ = words;
    co_return std::nullopt;
  }
  if (pipes_.way == ControlWay::ucspi) co_return co_await client.send(words, deadline);
  // Nothing may come between the words and this octet: the answer of a quick client that overtakes it is taken for
  // clear text by some.
  net::Stream control(loop_, std::move(pipes_.control));
  const auto fault = co_await client.send(words, deadline);
  if (fault) co_return fault;
  const bool done = control.write_now(zero_octet) == zero_octet.size();
  co_return done ? std::nullopt : std::optional(smtp::Fault::client_gone);
}

net::Task<Secured> ControlPipeTls::start(ClientSide& client) {
  const net::Deadline deadline = net::after(limits_.handshake);
  if (pipes_.way == ControlWay::ucspi) co_return co_await switch_by_ucspi(client, deadline);
  const bool done = co_await switch_over(client, deadline);
  co_return Secured{done ? smtp::TlsResult::secured : smtp::TlsResult::failed, {}};
}

net::Task<bool> ControlPipeTls::switch_over(ClientSide& client, net::Deadline deadline) {
  if (pipes_.way == ControlWay::text) co_return co_await switch_by_text(client, deadline);
  const bool done = co_await acknowledged(deadline);
  co_return done && (pipes_.drained || !dropped_any(client));
}

// "Y" asks for the facts as well, which end the wait for the handshake; a handshake that failed has none.
net::Task<Secured> ControlPipeTls::switch_by_ucspi(ClientSide& client, net::Deadline deadline) {
  Secured secured;
  net::Stream control(loop_, std::move(pipes_.control));
  net::Io outcome = co_await control.write(pipes_.tells ? "Y" : "y", deadline);
  client.channel().stream() = net::Stream(loop_, std::move(pipes_.readable), std::move(pipes_.writable));
  base::Buffer told(longest_facts);
  while (pipes_.tells && outcome == net::Io::done && !told.view().ends_with(end_of_facts)) {
    outcome = told.full() ? net::Io::lost : co_await control.read(told, deadline);
  }
  if (outcome != net::Io::done) co_return secured;
  secured.facts = tls_facts_in(told.view());
  secured.result = smtp::TlsResult::secured;
  co_return secured;
}

// The other side tells the client only at the end of the pipe: what is there before was said without being asked.
net::Task<bool> ControlPipeTls::switch_by_text(ClientSide& client, net::Deadline deadline) {
  net::Stream control(loop_, std::move(pipes_.control));
  const net::Io outcome = co_await control.write(words_, deadline);
  if (outcome != net::Io::done || dropped_any(client)) co_return false;
  control.close();
  co_return !dropped_any(client);
}

net::Task<bool> ControlPipeTls::acknowledged(net::Deadline deadline) {
  if (listens_) {
    const bool heard = co_await answered_.wait(deadline);
    if (!heard) co_return false;
    co_return acknowledgement_;
  }
  net::Stream answer(loop_, std::move(pipes_.answer));
  base::Buffer said(zero_octet.size());
  const net::Io outcome = co_await answer.read(said, deadline);
  const bool done = outcome == net::Io::done && said.view() == zero_octet;
  co_return done;
}

bool ControlPipeTls::dropped_any(ClientSide& client) {
  const std::size_t dropped = client.forget_unread();
  if (dropped > 0) journal_.discarded(dropped);
  return dropped > 0;
}

}  // namespace session
