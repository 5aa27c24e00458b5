#include "apps/ehlock/serve/client_session.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/arrival.hpp"
#include "apps/ehlock/serve/counted.hpp"
#include "apps/ehlock/serve/dialog_sums.hpp"
#include "apps/ehlock/serve/known_session.hpp"
#include "session/converse.hpp"
#include "session/in_process_tls.hpp"
#include "session/openers.hpp"

namespace app {
namespace {

// "[192.0.2.25]:25 (STARTTLS)", with the TLS policy if it is not that of everybody.
std::string listener_of(const Arrival& arrival, const config::TlsPolicy& policy) {
  const std::string named = policy.name.empty() ? "" : ", policy " + policy.name;
  return fmt::format("{} ({}{})", arrival.identity.server.text(), text_of(arrival.entrance.door), named);
}

// Who comes with TLS at once hands in mail of its own, and shows who it is by AUTH.
bool is_greylisted(const Service& service, const Arrival& arrival) {
  return service.spec.tls_policies[arrival.tls_policy].greylist && arrival.entrance.door == config::Door::starttls &&
         is_remembered(service, arrival);
}

smtp::Dialog dialog_for(const Service& service, const Arrival& arrival) {
  const session::ClientIdentity& identity = arrival.identity;
  smtp::DialogStart start;
  start.secured = arrival.entrance.door == config::Door::implicit;
  if (start.secured) start.tls = identity.tls_for_smtp();
  if (service.spec.trace_header) {
    start.trace_from = fmt::format("{} [{}]", identity.name, identity.client.host());
    start.trace_id = identity.session_id;
  }
  const DialogRules& rules = service.dialogs[arrival.tls_policy];
  return {is_greylisted(service, arrival) ? rules.greylisting : rules.usual, std::move(start)};
}

// Counts what becomes of the connections it passes on.
class CountedOpener final : public session::BackendOpener {
 public:
  CountedOpener(std::unique_ptr<session::BackendOpener> inner, const WorkerSpec& spec)
      : inner_(std::move(inner)), spec_(spec) {}

  [[nodiscard]] net::Task<base::Result<net::Stream>> open(const session::ClientIdentity& client) override {
    auto opened = co_await inner_->open(client);
    spec_.board->tallies.add({"backend", spec_.backend_name, opened ? "ok" : "failed"});
    (opened ? spec_.board->backend_reached : spec_.board->backend_missed) = session::seconds_now();
    co_return opened;
  }

 private:
  std::unique_ptr<session::BackendOpener> inner_;
  const WorkerSpec& spec_;
};

std::unique_ptr<session::BackendOpener> opener_for(Service& service) {
  const WorkerSpec& spec = service.spec;
  std::unique_ptr<session::BackendOpener> opener;
  if (spec.backend.empty() || spec.backend.front().is_unix()) {
    opener = std::make_unique<session::LaunchedOpener>(service.loop, *service.launcher, spec.identity, spec.limits);
  } else {
    opener = std::make_unique<session::TcpOpener>(service.loop, spec.backend, spec.identity, spec.limits);
  }
  return std::make_unique<CountedOpener>(std::move(opener), spec);
}

std::unique_ptr<session::PolicyCheck> policy_service_for(Service& service, const session::ClientIdentity& identity,
                                                         log::Journal& journal) {
  if (!service.policy) return std::make_unique<session::NoPolicy>();
  return std::make_unique<session::ServicePolicy>(*service.policy, identity, journal, &service.spec.board->tallies);
}

std::unique_ptr<session::PolicyCheck> policy_for(Service& service, Arrival& arrival, log::Journal& journal) {
  auto asked = policy_service_for(service, arrival.identity, journal);
  if (!is_greylisted(service, arrival)) return asked;
  const session::GreylistParts parts{*service.reputation, arrival.identity, journal, arrival.greylisted};
  return std::make_unique<session::GreylistPolicy>(parts, std::move(asked), service.spec.dialog.policy_stages);
}

// What was refused to the client, without the recipients that we told to come again.
std::size_t errors_of(const smtp::Dialog& dialog, const Arrival& arrival) {
  const auto commands = dialog.totals().commands();
  const std::size_t refused = commands.all - commands.accepted;
  const std::size_t failed = dialog.outcome() == smtp::Outcome::tls_failed ? 1 : 0;
  return refused - std::min(refused, arrival.greylisted) + failed;
}

// Implicit TLS. False: the session is over, and that is known to everybody.
net::Task<bool> secure_at_once(Service& service, session::ClientSide& client, session::InProcessTls& tls,
                               const Arrival& arrival, log::Journal& journal) {
  const session::Secured done = co_await tls.start(client);
  if (done.result == smtp::TlsResult::secured) co_return true;
  const std::string outcome = outcome_without(done.result);
  service.spec.board->tallies.add({"sessions", arrival.entrance.name, outcome});
  if (done.result != smtp::TlsResult::too_many) co_await remember(service, arrival, 1, journal);
  journal.disconnected({"commands=0", outcome});
  co_return false;
}

// The last words about a session.
net::Task<void> note_end(Service& service, const session::Channel& channel, const smtp::Dialog& dialog,
                         const Arrival& arrival, log::Journal& journal) {
  const log::EndEvent end = sum_up(service, arrival.entrance, dialog, channel);
  co_await remember(service, arrival, errors_of(dialog, arrival), journal);
  journal.disconnected(end);
}

// Lives as long as the session: what is over is left to others, so that an idle client's frame does not hold it.
net::Task<void> talk(Service& service, net::Stream stream, Arrival& arrival) {
  session::ClientIdentity& identity = arrival.identity;
  log::Journal journal = journal_of(service, arrival);
  journal.connected(listener_of(arrival, service.spec.tls_policies[arrival.tls_policy]));
  journal.goes_to(service.spec.backend_name);
  session::ClientSide client{session::Channel(std::move(stream))};
  const Known known(service, identity, arrival.entrance.name, client.channel().stream());
  if (!co_await is_patient(service, client, arrival, journal)) co_return;
  const tls::Context& context = service.contexts[arrival.tls_policy];
  session::InProcessTls tls({service.loop, context, service.signer, service.spec.limits, *service.spec.board,
                             service.facts, arrival.entrance.name},
                            identity, arrival.visit, journal);
  if (arrival.entrance.door == config::Door::implicit) {
    const bool secured = co_await secure_at_once(service, client, tls, arrival, journal);
    if (!secured) co_return;
  }
  smtp::Dialog dialog = dialog_for(service, arrival);
  const auto opener = opener_for(service);
  const auto policy = policy_for(service, arrival, journal);
  const session::Parts parts{client,
                             *opener,
                             tls,
                             *policy,
                             identity,
                             journal,
                             service.drain,
                             service.spec.limits,
                             is_traced(service, identity)};
  co_await session::converse(parts, dialog);
  co_await note_end(service, client.channel(), dialog, arrival, journal);
}

}  // namespace

net::Task<void> serve_client(Service& service, net::Accepted accepted, const WorkerListener& entrance) {
  const Counted counted(service, entrance);
  Arrival arrival(service, accepted, entrance);
  net::Stream stream(service.loop, net::NonBlocking{std::move(accepted.socket)});
  const bool admitted = co_await let_in(service, stream, arrival);
  if (!admitted) co_return;
  // Now the client is known for who it is, and nothing of its handshake was looked at yet.
  arrival.tls_policy = config::tls_policy_for(service.spec.tls_rules, arrival.identity.client, entrance.number);
  co_await talk(service, std::move(stream), arrival);
}

}  // namespace app
