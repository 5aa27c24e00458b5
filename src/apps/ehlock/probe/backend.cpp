#include "apps/ehlock/probe/backend.hpp"

#include <sysexits.h>

#include <utility>

#include "apps/ehlock/client/opening.hpp"
#include "base/text.hpp"
#include "session/openers.hpp"

namespace app {
namespace {

using session::Identity;

bool is_proxy(Identity identity) {
  return identity != Identity::none && identity != Identity::xclient;
}

// A client of the documentation's network (RFC 5737), which no rule of a backend can be for.
session::ClientIdentity pretended_client() {
  session::ClientIdentity client;
  client.client = os::SocketAddress::ip("192.0.2.1", 25'000).value_or(os::SocketAddress());
  client.server = os::SocketAddress::ip("192.0.2.2", 25).value_or(os::SocketAddress());
  client.session_id = "check";
  return client;
}

session::Limits short_limits(std::chrono::seconds patience) {
  session::Limits limits;
  limits.connect = patience;
  limits.greeting = patience;
  limits.reply = patience;
  return limits;
}

tl::unexpected<base::Error> explained(const ClientFault& fault, Identity identity) {
  if (identity == Identity::none && fault.status == EX_TEMPFAIL) {
    return base::fail("{}; does it wait for a PROXY header? (identity)", fault.text);
  }
  if (is_proxy(identity)) return base::fail("it does not take our PROXY header: {} (identity)", fault.text);
  if (identity == Identity::xclient) return base::fail("it did not take XCLIENT: {} (identity)", fault.text);
  return base::fail("{}", fault.text);
}

// RFC 5321 §4.1.4 allows EHLO at any time; OpenSMTPD does not.
tl::unexpected<base::Error> refuses_second_greeting(const ClientFault& fault) {
  return base::fail(
      "it takes no second EHLO, which follows STARTTLS: {}; on_starttls = \"reconnect\" is for such servers",
      fault.text);
}

std::string praise(Identity identity) {
  if (is_proxy(identity)) return "; takes our PROXY header";
  return identity == Identity::xclient ? "; takes XCLIENT" : "";
}

}  // namespace

net::Task<base::Result<std::string>> try_backend(net::Loop& loop, const BackendToTry& backend) {
  const session::Limits limits = short_limits(backend.patience);
  const session::ClientIdentity pretended = pretended_client();
  session::TcpOpener opener(loop, backend.addresses, backend.identity, limits);
  auto stream = co_await opener.open(pretended);
  if (!stream) co_return base::fail("{}", stream.error().text);
  SmtpClient client(loop, Transcript(false), backend.patience);
  client.take(std::move(*stream));
  const auto greeting = co_await hear_greeting(client);
  if (!greeting) co_return explained(greeting.error(), backend.identity);
  // A server that took the header for a command answers that first: EHLO seems refused.
  const auto offer = co_await greet(client, backend.our_name);
  if (!offer) co_return explained(offer.error(), backend.identity);
  if (backend.greets_again) {
    const auto again = co_await greet(client, backend.our_name);
    if (!again) co_return refuses_second_greeting(again.error());
  }
  const auto bye = co_await client.exchange("QUIT");
  if (bye) co_await client.close();
  co_return fmt::format("greeting \"{}\"{}", base::escaped(*greeting), praise(backend.identity));
}

}  // namespace app
