#include "apps/ehlock/send_session.hpp"

#include <sysexits.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/send_message.hpp"
#include "apps/ehlock/send_transcript.hpp"
#include "base/text.hpp"
#include "smtp/capabilities.hpp"

namespace app {
namespace {

// What an EHLO reply offers.
class Offer {
 public:
  explicit Offer(smtp::Reply ehlo) : ehlo_(std::move(ehlo)) {}

  // With a word behind the keyword, where one is asked for: ("AUTH", "PLAIN").
  [[nodiscard]] bool has(std::string_view keyword, std::string_view word = {}) const {
    const auto lines = ehlo_.lines();
    return std::any_of(lines.begin() + 1, lines.end(), [&](std::string_view line) {
      if (!base::iequals(smtp::keyword_of(line), keyword)) return false;
      const auto words = base::split(line, ' ');
      return word.empty() ||
             std::any_of(words.begin() + 1, words.end(), [&](auto each) { return base::iequals(each, word); });
    });
  }

 private:
  smtp::Reply ehlo_;
};

tl::unexpected<SendFault> tls_fault(std::string text) {
  return tl::unexpected(SendFault{EX_PROTOCOL, std::move(text)});
}

net::Task<SendResult<Offer>> greet(SendClient& client, const SendPlan& plan) {
  auto reply = co_await client.exchange("EHLO " + plan.our_name);
  if (!reply) co_return tl::unexpected(reply.error());
  if (!reply->positive()) co_return refused("EHLO", *reply);
  co_return Offer(std::move(*reply));
}

net::Task<SendResult<void>> hear_greeting(SendClient& client) {
  const auto greeting = co_await client.read_reply(send_reply_limit);
  if (!greeting) co_return tl::unexpected(greeting.error());
  if (!greeting->positive()) co_return refused("the connection", *greeting);
  co_return SendResult<void>();
}

net::Task<SendResult<Offer>> open_implicit(SendClient& client, const SendPlan& plan, std::string session_der) {
  const auto secured = co_await client.secure(plan.context, std::move(session_der));
  if (!secured) co_return tl::unexpected(secured.error());
  const auto heard = co_await hear_greeting(client);
  if (!heard) co_return tl::unexpected(heard.error());
  auto offer = co_await greet(client, plan);
  co_return std::move(offer);
}

net::Task<SendResult<Offer>> open_starttls(SendClient& client, const SendPlan& plan, std::string session_der) {
  const auto heard = co_await hear_greeting(client);
  if (!heard) co_return tl::unexpected(heard.error());
  const auto clear = co_await greet(client, plan);
  if (!clear) co_return tl::unexpected(clear.error());
  if (!clear->has("STARTTLS")) co_return tls_fault("the server does not offer STARTTLS");
  const auto ready = co_await client.exchange("STARTTLS");
  if (!ready) co_return tl::unexpected(ready.error());
  if (ready->code / 100 == 4) co_return refused("STARTTLS", *ready);
  if (ready->code != 220) co_return tls_fault(refused("STARTTLS", *ready).value().text);
  const auto secured = co_await client.secure(plan.context, std::move(session_der));
  if (!secured) co_return tl::unexpected(secured.error());
  // What was offered in clear is forgotten (RFC 3207 §4.2).
  auto offer = co_await greet(client, plan);
  co_return std::move(offer);
}

net::Task<SendResult<void>> log_in(SendClient& client, const SendPlan& plan, const Offer& offer) {
  if (plan.auth.empty()) co_return SendResult<void>();
  if (!offer.has("AUTH", "PLAIN")) {
    co_return tl::unexpected(SendFault{EX_UNAVAILABLE, "the server does not offer AUTH PLAIN"});
  }
  const auto reply = co_await client.exchange_as(plan.auth.reveal(), "AUTH PLAIN ********", send_reply_limit);
  if (!reply) co_return tl::unexpected(reply.error());
  if (!reply->positive()) co_return refused("AUTH", *reply);
  co_return SendResult<void>();
}

std::string mail_command(const SendPlan& plan, const Offer& offer) {
  std::string command = fmt::format("MAIL FROM:<{}>", plan.from);
  const bool wide_names = !is_ascii(plan.from) ||
                          !std::all_of(plan.to.begin(), plan.to.end(), [](const auto& each) { return is_ascii(each); });
  if (offer.has("SIZE")) command += fmt::format(" SIZE={}", plan.message.size());
  if (offer.has("8BITMIME") && !is_ascii(plan.message)) command += " BODY=8BITMIME";
  if (offer.has("SMTPUTF8") && wide_names) command += " SMTPUTF8";
  return command;
}

struct Accepted {
  std::size_t recipients = 0;
  int status = EX_OK;  // the worst refusal's
};

net::Task<SendResult<Accepted>> name_recipients(SendClient& client, const SendPlan& plan) {
  Accepted accepted;
  for (const auto& recipient : plan.to) {
    const auto reply = co_await client.exchange(fmt::format("RCPT TO:<{}>", recipient));
    if (!reply) co_return tl::unexpected(reply.error());
    if (reply->positive()) {
      ++accepted.recipients;
      continue;
    }
    const SendFault fault = refused("RCPT", *reply).value();
    if (accepted.status != EX_UNAVAILABLE) accepted.status = fault.status;
  }
  co_return accepted;
}

net::Task<SendResult<int>> deliver(SendClient& client, const SendPlan& plan, const Offer& offer) {
  const auto begun = co_await client.exchange(mail_command(plan, offer));
  if (!begun) co_return tl::unexpected(begun.error());
  if (!begun->positive()) co_return refused("MAIL", *begun);
  const auto accepted = co_await name_recipients(client, plan);
  if (!accepted) co_return tl::unexpected(accepted.error());
  if (accepted->recipients == 0) co_return tl::unexpected(SendFault{accepted->status, "no recipient was accepted"});
  const auto go_on = co_await client.exchange("DATA");
  if (!go_on) co_return tl::unexpected(go_on.error());
  if (go_on->code != 354) co_return refused("DATA", *go_on);
  const std::string data = data_of(plan.message);
  const std::string shown = fmt::format("(message of {} octets) .", plan.message.size());
  const auto taken = co_await client.exchange_as(data, shown, send_message_limit);
  if (!taken) co_return tl::unexpected(taken.error());
  if (!taken->positive()) co_return refused("the message", *taken);
  co_return accepted->status;
}

net::Task<SendResult<int>> deliver_all(SendClient& client, const SendPlan& plan, const Offer& offer) {
  const auto logged_in = co_await log_in(client, plan, offer);
  if (!logged_in) co_return tl::unexpected(logged_in.error());
  int status = EX_OK;
  for (std::size_t i = 0; i < plan.times; ++i) {
    const auto delivered = co_await deliver(client, plan, offer);
    if (!delivered) co_return tl::unexpected(delivered.error());
    if (*delivered != EX_OK) status = *delivered;
  }
  co_return status;
}

}  // namespace

net::Task<SendResult<SendOutcome>> send_session(net::Loop& loop, const SendPlan& plan, std::string session_der) {
  SendClient client(loop);
  const auto connected = co_await client.connect(plan.addresses);
  if (!connected) co_return tl::unexpected(connected.error());
  SendResult<Offer> offer = tl::unexpected(SendFault{});
  if (plan.implicit) {
    offer = co_await open_implicit(client, plan, std::move(session_der));
  } else {
    offer = co_await open_starttls(client, plan, std::move(session_der));
  }
  if (!offer) co_return tl::unexpected(offer.error());
  const auto status = co_await deliver_all(client, plan, *offer);
  if (!status && status.error().status == EX_PROTOCOL) co_return tl::unexpected(status.error());
  const auto bye = co_await client.exchange("QUIT");
  if (!status) co_return tl::unexpected(status.error());
  SendOutcome outcome{*status, client.session_der()};
  if (bye) co_await client.close();
  co_return std::move(outcome);
}

}  // namespace app
