#include "apps/ehlock/send/session.hpp"

#include <sysexits.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/client/opening.hpp"
#include "apps/ehlock/send/message.hpp"
#include "base/text.hpp"

namespace app {
namespace {

net::Task<ClientResult<void>> log_in(SmtpClient& client, const SendPlan& plan, const Offer& offer) {
  if (plan.auth.empty()) co_return ClientResult<void>();
  if (!offer.has("AUTH", "PLAIN")) {
    co_return tl::unexpected(ClientFault{EX_UNAVAILABLE, "the server does not offer AUTH PLAIN"});
  }
  const auto reply = co_await client.exchange_as(plan.auth.reveal(), "AUTH PLAIN ********", reply_limit);
  if (!reply) co_return tl::unexpected(reply.error());
  if (!reply->positive()) co_return refused("AUTH", *reply);
  co_return ClientResult<void>();
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

net::Task<ClientResult<Accepted>> name_recipients(SmtpClient& client, const SendPlan& plan) {
  Accepted accepted;
  for (const auto& recipient : plan.to) {
    const auto reply = co_await client.exchange(fmt::format("RCPT TO:<{}>", recipient));
    if (!reply) co_return tl::unexpected(reply.error());
    if (reply->positive()) {
      ++accepted.recipients;
      continue;
    }
    const ClientFault fault = refused("RCPT", *reply).value();
    if (accepted.status != EX_UNAVAILABLE) accepted.status = fault.status;
  }
  co_return accepted;
}

net::Task<ClientResult<int>> deliver(SmtpClient& client, const SendPlan& plan, const Offer& offer) {
  const auto begun = co_await client.exchange(mail_command(plan, offer));
  if (!begun) co_return tl::unexpected(begun.error());
  if (!begun->positive()) co_return refused("MAIL", *begun);
  const auto accepted = co_await name_recipients(client, plan);
  if (!accepted) co_return tl::unexpected(accepted.error());
  if (accepted->recipients == 0) co_return tl::unexpected(ClientFault{accepted->status, "no recipient was accepted"});
  const auto go_on = co_await client.exchange("DATA");
  if (!go_on) co_return tl::unexpected(go_on.error());
  if (go_on->code != 354) co_return refused("DATA", *go_on);
  const std::string data = data_of(plan.message);
  const std::string shown = fmt::format("(message of {} octets) .", plan.message.size());
  const auto taken = co_await client.exchange_as(data, shown, message_limit);
  if (!taken) co_return tl::unexpected(taken.error());
  if (!taken->positive()) co_return refused("the message", *taken);
  co_return accepted->status;
}

net::Task<ClientResult<int>> deliver_all(SmtpClient& client, const SendPlan& plan, const Offer& offer) {
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

net::Task<ClientResult<SendOutcome>> send_session(net::Loop& loop, const SendPlan& plan, std::string session_der) {
  SmtpClient client(loop, Transcript(true));
  const auto connected = co_await client.connect(plan.addresses);
  if (!connected) co_return tl::unexpected(connected.error());
  Opening opening{plan.context, plan.our_name, plan.implicit, std::move(session_der)};
  const auto opened = co_await open_session(client, std::move(opening));
  if (!opened) co_return tl::unexpected(opened.error());
  const auto status = co_await deliver_all(client, plan, opened->offer);
  if (!status && status.error().status == EX_PROTOCOL) co_return tl::unexpected(status.error());
  const auto bye = co_await client.exchange("QUIT");
  if (!status) co_return tl::unexpected(status.error());
  SendOutcome outcome{*status, client.session_der()};
  if (bye) co_await client.close();
  co_return std::move(outcome);
}

}  // namespace app
