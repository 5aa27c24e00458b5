#include "session/xclient.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/buffer.hpp"
#include "base/text.hpp"

namespace session {
namespace {

constexpr std::size_t max_reply = 65536;
constexpr std::size_t max_command = 512;
constexpr std::size_t max_name = 255;  // of a domain, RFC 5321 §4.5.3.1.2

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

std::string with_family(const os::SocketAddress& address) {
  return address.octets().size() == 16 ? "IPV6:" + address.host() : address.host();
}

// A cut name is another name.
std::string name_or_unavailable(const std::string& name) {
  std::string told = base::xtext(name);
  return name == "unknown" || told.size() > max_name ? "[UNAVAILABLE]" : told;
}

// Whether the next reply begins with 220, without taking it: it is the client's greeting. A reply whose first three
// octets do not come together is none.
net::Task<base::Result<void>> expect_greeting(net::Stream& backend, net::Deadline deadline) {
  std::array<char, 3> code{};
  ssize_t seen = -1;
  do {
    const net::Ready ready = co_await backend.read_waiter().wait(net::Direction::read, deadline);
    if (ready != net::Ready::yes) co_return base::fail("the backend gave no reply to XCLIENT");
    seen = ::recv(backend.readable_fd(), code.data(), code.size(), MSG_PEEK | MSG_DONTWAIT);
  } while (seen < 0 && (errno == EAGAIN || errno == EINTR));
  const std::string_view told(code.data(), static_cast<std::size_t>(std::max<ssize_t>(seen, 0)));
  if (told != "220") co_return base::fail("the backend refused XCLIENT: {}", base::escaped(told));
  co_return base::Result<void>();
}

}  // namespace

std::set<std::string> announced_in(const smtp::Reply& ehlo) {
  std::set<std::string> attributes;
  for (const auto line : ehlo.lines()) {
    if (!base::istarts_with(line, "XCLIENT ")) continue;
    for (const auto attribute : base::split(line.substr(8), ' ')) attributes.insert(base::uppered(attribute));
  }
  return attributes;
}

std::vector<std::string> xclient_commands(const std::set<std::string>& announced, const ClientIdentity& client) {
  const std::vector<std::pair<std::string, std::string>> known{
      {"NAME", name_or_unavailable(client.name)},
      {"REVERSE_NAME", name_or_unavailable(client.claimed_name)},
      {"ADDR", with_family(client.client)},
      {"PORT", std::to_string(client.client.port())},
      {"PROTO", "ESMTP"},
      {"DESTADDR", with_family(client.server)},
      {"DESTPORT", std::to_string(client.server.port())},
  };
  std::vector<std::string> commands{"XCLIENT"};
  for (const auto& [name, value] : known) {
    if (!announced.contains(name)) continue;
    const std::string attribute = fmt::format(" {}={}", name, value);
    if (commands.back().size() + attribute.size() > max_command - 2) commands.emplace_back("XCLIENT");
    commands.back() += attribute;
  }
  for (auto& command : commands) command += "\r\n";
  return commands;
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
  const std::vector<std::string> commands = xclient_commands(announced, client);
  for (std::size_t i = 0; i + 1 < commands.size(); ++i) {
    const auto reply = co_await exchange(backend, commands[i], net::after(limits.reply));
    if (!reply) co_return tl::unexpected(reply.error());
    if (reply->code != 220) co_return base::fail("the backend refused XCLIENT: {}", base::escaped(reply->wire));
  }
  const net::Io sent = co_await backend.write(commands.back(), net::after(limits.connect));
  if (sent != net::Io::done) co_return base::fail("the backend did not take XCLIENT");
  // Refused, it would take what follows for ours.
  co_return co_await expect_greeting(backend, net::after(limits.reply));
}

}  // namespace session
