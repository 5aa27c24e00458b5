#include "session/xclient.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/buffer.hpp"
#include "base/text.hpp"
#include "smtp/reply.hpp"

namespace session {
namespace {

constexpr std::size_t max_reply = 65536;

// One exchange on the bare stream: `say` (may be empty), then a whole reply. Nothing may follow the reply.
net::Task<base::Result<smtp::Reply>> exchange(net::Stream& backend, std::string say, net::Deadline deadline) {
  const net::Io sent = co_await backend.write(say, deadline);
  if (sent != net::Io::done) co_return base::fail("the backend went away before XCLIENT");
  smtp::ReplyParser parser(max_reply);
  base::Buffer unread(max_reply);
  for (;;) {
    unread.consume(parser.feed(unread.view()));
    if (parser.state() == smtp::ReplyParser::State::malformed) co_return base::fail("the backend's reply is malformed");
    if (parser.state() == smtp::ReplyParser::State::complete) break;
    const net::Io received = co_await backend.read(unread, deadline);
    if (received != net::Io::done) co_return base::fail("the backend gave no reply before XCLIENT");
  }
  if (!unread.empty()) co_return base::fail("the backend said more than was asked before XCLIENT");
  co_return parser.take();
}

std::set<std::string> announced_in(const smtp::Reply& ehlo) {
  std::set<std::string> attributes;
  for (const auto line : ehlo.lines()) {
    if (!base::istarts_with(line, "XCLIENT ")) continue;
    for (const auto attribute : base::split(line.substr(8), ' ')) attributes.insert(base::uppered(attribute));
  }
  return attributes;
}

std::string with_family(const os::SocketAddress& address) {
  return address.octets().size() == 16 ? "IPV6:" + address.host() : address.host();
}

}  // namespace

std::string xclient_command(const std::set<std::string>& announced, const ClientIdentity& client) {
  const std::vector<std::pair<std::string, std::string>> known{
      {"NAME", client.name == "unknown" ? "[UNAVAILABLE]" : base::xtext(client.name)},
      {"ADDR", with_family(client.client)},
      {"PORT", std::to_string(client.client.port())},
      {"PROTO", "ESMTP"},
      {"DESTADDR", with_family(client.server)},
      {"DESTPORT", std::to_string(client.server.port())},
  };
  std::string command = "XCLIENT";
  for (const auto& [name, value] : known) {
    if (announced.contains(name)) command += fmt::format(" {}={}", name, value);
  }
  return command + "\r\n";
}

net::Task<base::Result<void>> introduce_by_xclient(net::Stream& backend, const ClientIdentity& client,
                                                   const Limits& limits) {
  if (client.client.is_unix()) co_return base::fail("a UNIX-domain client has no address for XCLIENT");
  const auto greeting = co_await exchange(backend, "", net::after(limits.greeting));
  if (!greeting) co_return tl::unexpected(greeting.error());
  if (!greeting->positive()) co_return base::fail("the backend's greeting: {}", base::escaped(greeting->wire));
  const auto ehlo = co_await exchange(backend, "EHLO localhost\r\n", net::after(limits.reply));
  if (!ehlo) co_return tl::unexpected(ehlo.error());
  const auto announced = announced_in(*ehlo);
  if (!announced.contains("ADDR")) co_return base::fail("the backend does not offer XCLIENT ADDR to us");
  const std::string command = xclient_command(announced, client);
  // Its answer is a greeting, 220, which stays on the stream: it is the client's.
  const net::Io sent = co_await backend.write(command, net::after(limits.connect));
  if (sent != net::Io::done) co_return base::fail("the backend did not take XCLIENT");
  co_return base::Result<void>();
}

}  // namespace session
