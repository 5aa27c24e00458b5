#include "apps/ehlock/client/opening.hpp"

#include <sysexits.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "smtp/capabilities.hpp"

namespace app {
namespace {

tl::unexpected<ClientFault> tls_fault(std::string text) {
  return tl::unexpected(ClientFault{EX_PROTOCOL, std::move(text)});
}

net::Task<ClientResult<Opened>> open_implicit(SmtpClient& client, Opening opening) {
  const auto secured = co_await client.secure(opening.context, std::move(opening.session_der));
  if (!secured) co_return tl::unexpected(secured.error());
  auto greeting = co_await hear_greeting(client);
  if (!greeting) co_return tl::unexpected(greeting.error());
  auto offer = co_await greet(client, std::move(opening.our_name));
  if (!offer) co_return tl::unexpected(offer.error());
  Opened opened{std::move(*greeting), {}, std::move(*offer)};
  co_return std::move(opened);
}

net::Task<ClientResult<void>> ask_for_tls(SmtpClient& client) {
  const auto ready = co_await client.exchange("STARTTLS");
  if (!ready) co_return tl::unexpected(ready.error());
  if (ready->code / 100 == 4) co_return refused("STARTTLS", *ready);
  if (ready->code != 220) co_return tls_fault(refused("STARTTLS", *ready).value().text);
  co_return ClientResult<void>();
}

// Where TLS begins at once the server waits for us as we do for it.
ClientFault without_greeting(ClientFault fault) {
  if (fault.status == EX_TEMPFAIL) fault.text += "; does TLS begin at once there (--implicit)?";
  return fault;
}

net::Task<ClientResult<Opened>> open_starttls(SmtpClient& client, Opening opening) {
  auto greeting = co_await hear_greeting(client);
  if (!greeting) co_return tl::unexpected(without_greeting(greeting.error()));
  const auto clear = co_await greet(client, opening.our_name);
  if (!clear) co_return tl::unexpected(clear.error());
  if (!clear->has("STARTTLS")) co_return tls_fault("the server does not offer STARTTLS");
  const auto ready = co_await ask_for_tls(client);
  if (!ready) co_return tl::unexpected(ready.error());
  const auto secured = co_await client.secure(opening.context, std::move(opening.session_der));
  if (!secured) co_return tl::unexpected(secured.error());
  auto offer = co_await greet(client, std::move(opening.our_name));
  if (!offer) co_return tl::unexpected(offer.error());
  Opened opened{std::move(*greeting), clear->lines(), std::move(*offer)};
  co_return std::move(opened);
}

}  // namespace

bool Offer::has(std::string_view keyword, std::string_view word) const {
  const auto lines = ehlo_.lines();
  return std::any_of(lines.begin() + 1, lines.end(), [&](std::string_view line) {
    if (!base::iequals(smtp::keyword_of(line), keyword)) return false;
    const auto words = base::split(line, ' ');
    return word.empty() ||
           std::any_of(words.begin() + 1, words.end(), [&](auto each) { return base::iequals(each, word); });
  });
}

std::vector<std::string> Offer::lines() const {
  const auto lines = ehlo_.lines();
  return {lines.begin() + 1, lines.end()};
}

net::Task<ClientResult<std::string>> hear_greeting(SmtpClient& client) {
  const auto greeting = co_await client.read_reply();
  if (!greeting) co_return tl::unexpected(greeting.error());
  if (!greeting->positive()) co_return refused("the connection", *greeting);
  co_return std::string(greeting->lines().front());
}

net::Task<ClientResult<Offer>> greet(SmtpClient& client, std::string our_name) {
  auto reply = co_await client.exchange("EHLO " + our_name);
  if (!reply) co_return tl::unexpected(reply.error());
  if (!reply->positive()) co_return refused("EHLO", *reply);
  co_return Offer(std::move(*reply));
}

net::Task<ClientResult<Opened>> open_session(SmtpClient& client, Opening opening) {
  if (opening.implicit) {
    auto opened = co_await open_implicit(client, std::move(opening));
    co_return std::move(opened);
  }
  auto opened = co_await open_starttls(client, std::move(opening));
  co_return std::move(opened);
}

}  // namespace app
