#include "session/reputation.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "os/address.hpp"

namespace session {
namespace {

using Action = smtp::Verdict::Action;
using State = reputation::Greylisted::State;

std::uint32_t seconds_of_now() {
  const auto now = net::Clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

smtp::Verdict deferred(std::string text) {
  return {Action::defer, std::move(text)};
}

std::string text_of(std::string_view name, const admission::Rate& rate, std::string_view network) {
  return fmt::format("reputation.{} = {}/{}s for {}", name, rate.count, rate.period.count(), network);
}

}  // namespace

net::Task<std::optional<reputation::Numbers>> SharedTable::answer(reputation::Question question) {
  co_return reputation::answer(table_, question, seconds_of_now());
}

net::Task<std::optional<reputation::Numbers>> Reputation::ask(reputation::Question question) {
  auto numbers = co_await store_->answer(std::move(question));
  tallies_.add({"reputation", numbers ? "answered" : "unavailable"});
  co_return numbers;
}

std::string Reputation::network_of(const ClientIdentity& client) const {
  return os::Network::around(client.client, settings_.rules.ipv4_prefix, settings_.rules.ipv6_prefix).text();
}

net::Task<Reputation::Welcome> Reputation::arrive(const ClientIdentity& client, log::Journal& journal) {
  Welcome welcome;
  if (!settings_.rules.judges_arrivals()) co_return welcome;
  const auto numbers = co_await ask(reputation::arrival(settings_.rules, network_of(client)));
  const auto standing = numbers ? reputation::standing_of(*numbers) : std::nullopt;
  if (standing) co_return judged(*standing, client, journal);
  // Without limits only the memory of patience is missing.
  const bool limited = settings_.rules.client_rate.count > 0 || settings_.rules.client_errors.count > 0;
  if (limited && settings_.fail == PolicyFail::closed) welcome.refusal = "clients cannot be checked now";
  co_return welcome;
}

Reputation::Welcome Reputation::judged(const reputation::Standing& standing, const ClientIdentity& client,
                                       log::Journal& journal) {
  const reputation::Settings& rules = settings_.rules;
  const auto refused = [&](std::string_view limit, std::string_view what) {
    tallies_.add({"unwelcome", limit});
    return Welcome{fmt::format("too many {} from {}", what, client.client.host())};
  };
  if (rules.client_errors.count > 0 && standing.errors >= rules.client_errors.count) {
    return refused("client_errors", "errors");
  }
  if (rules.client_rate.count > 0 && standing.arrivals > rules.client_rate.count) {
    // One line for each network and period, whichever node writes it.
    if (standing.arrivals == rules.client_rate.count + 1) {
      journal.limit_exceeded("Connection rate", standing.arrivals,
                             text_of("client_rate", rules.client_rate, network_of(client)));
    }
    return refused("client_rate", "connections");
  }
  return {"", standing.patient};
}

net::Task<smtp::Verdict> Reputation::greylist(const ClientIdentity& client, const smtp::Envelope& envelope,
                                              log::Journal& journal) {
  const std::string network = network_of(client);
  const std::string sender = envelope.sender.value_or("");
  const reputation::Delivery delivery{network, sender, envelope.recipient};
  const auto numbers = co_await ask(reputation::greylisting(settings_.rules, delivery));
  const auto found = numbers ? reputation::greylisted_of(*numbers) : std::nullopt;
  tallies_.add({"greylist", found ? reputation::text_of(found->state) : "unavailable"});
  if (!found && settings_.fail == PolicyFail::open) co_return smtp::Verdict{};
  if (!found) co_return deferred("451 4.3.5 Server configuration problem");
  journal.greylisted(reputation::text_of(found->state), std::chrono::seconds(found->seconds), network);
  if (found->state != State::wait) co_return smtp::Verdict{};
  co_return deferred(fmt::format("450 4.2.0 Greylisted, try again in {} seconds", found->seconds));
}

net::Task<void> Reputation::report(const ClientIdentity& client, reputation::Conduct conduct, log::Journal& journal) {
  const admission::Rate& limit = settings_.rules.client_errors;
  if (limit.count == 0) conduct.errors = 0;
  conduct.patient = conduct.patient && settings_.rules.patient_keep.count() > 0;
  if (conduct.errors == 0 && !conduct.patient) co_return;
  const std::string network = network_of(client);
  const auto numbers = co_await ask(reputation::report(settings_.rules, network, conduct));
  if (!numbers || numbers->size() != 1 || conduct.errors == 0) co_return;
  const auto errors = static_cast<std::size_t>(numbers->front());
  const bool just_now = errors >= limit.count && errors - conduct.errors < limit.count;
  if (just_now) journal.limit_exceeded("Error", errors, text_of("client_errors", limit, network));
}

net::Task<smtp::Verdict> GreylistPolicy::ask(PolicyQuestion question) {
  smtp::Verdict verdict;
  if (inner_stages_.contains(question.stage)) verdict = co_await inner_->ask(question);
  const smtp::Envelope& envelope = question.envelope;
  const bool passes = verdict.action == Action::pass || verdict.action == Action::prepend;
  const bool concerned = question.stage == smtp::PolicyStage::rcpt && !envelope.authenticated &&
                         !reputation::is_postmaster(envelope.recipient);
  if (!passes || !concerned) co_return verdict;
  smtp::Verdict greylisted = co_await parts_.reputation.greylist(parts_.identity, envelope, parts_.journal);
  if (greylisted.action == Action::pass) co_return verdict;
  ++parts_.deferred;
  parts_.journal.rejected("RCPT", greylisted.text);
  co_return greylisted;
}

}  // namespace session
