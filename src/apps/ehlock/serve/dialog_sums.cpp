#include "apps/ehlock/serve/dialog_sums.hpp"

namespace app {

log::EndEvent sum_up(const Service& service, const WorkerListener& entrance, const smtp::Dialog& dialog,
                     const session::Channel& channel) {
  session::Sums& sums = service.spec.board->sums;
  session::Tallies& tallies = service.spec.board->tallies;
  const smtp::SessionCounts& totals = dialog.totals();
  sums.messages += totals.messages;
  sums.recipients += totals.recipients;
  sums.received += channel.received();
  sums.sent += channel.sent();
  const smtp::Outcome outcome = dialog.outcome();
  tallies.add({"sessions", entrance.name, smtp::text_of(outcome)});
  if (totals.of(smtp::Verb::starttls).accepted > 0) {
    tallies.add({"starttls", entrance.name, outcome == smtp::Outcome::tls_failed ? "failed" : "ok"});
  }
  return {dialog.counts(),  std::string(smtp::text_of(outcome)), channel.received(), channel.sent(), totals.messages,
          totals.recipients};
}

std::string outcome_without(smtp::TlsResult tls) {
  const bool refused = tls == smtp::TlsResult::too_many;
  return std::string(smtp::text_of(refused ? smtp::Outcome::limit_reached : smtp::Outcome::tls_failed));
}

}  // namespace app
