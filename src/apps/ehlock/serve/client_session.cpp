#include "apps/ehlock/serve/client_session.hpp"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "os/socket.hpp"
#include "session/converse.hpp"
#include "session/in_process_tls.hpp"
#include "session/mail_date.hpp"
#include "session/openers.hpp"
#include "session/proxy_in.hpp"

namespace app {
namespace {

// How long a client that is done gets to take our last bytes.
constexpr std::chrono::seconds farewell{5};

// A session counts as long as its frame lives.
class Counted {
 public:
  explicit Counted(Service& service) : service_(service) {
    ++service_.active;
    ++service_.spec.counters->active;
  }
  ~Counted() {
    --service_.active;
    --service_.spec.counters->active;
    if (service_.active == 0 && !service_.accepting) service_.loop.stop();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Service& service_;
};

std::string_view text_of(config::Door door) {
  return door == config::Door::starttls ? "STARTTLS" : "implicit TLS";
}

// Sessions of a balancer's own (its health checks) are logged only where something is wrong.
class QuietSink final : public log::Sink {
 public:
  explicit QuietSink(log::Sink& sink) : sink_(sink) {}
  void write(log::Severity severity, std::string_view line) override {
    if (severity != log::Severity::info) sink_.write(severity, line);
  }
  void record(const log::Record& record) override {
    if (record.severity != log::Severity::info) sink_.record(record);
  }

 private:
  log::Sink& sink_;
};

// Who is there, and whether the session is worth a log line.
struct Arrival {
  session::ClientIdentity identity;
  bool quiet = false;
};

// What the PROXY header of a listed balancer says; false when the connection is to be closed.
net::Task<bool> learn_identity(Service& service, net::Stream& stream, Arrival& arrival) {
  session::ClientIdentity& identity = arrival.identity;
  if (!os::any_contains(service.spec.accept_proxy, identity.client)) co_return true;
  const auto told = co_await session::read_proxy_header(stream, net::after(service.spec.limits.proxy));
  if (!told) {
    log::Journal journal(*service.spec.sink, identity.session_id, identity.text());
    journal.warning(told.error().text);
    co_return false;
  }
  arrival.quiet = !told->client;
  if (told->client) identity.client = *told->client;
  if (told->server) identity.server = *told->server;
  co_return !told->nothing_said;  // LOCAL is served like a client, with the connection's own addresses
}

smtp::DialogSettings dialog_settings(const Service& service, const session::ClientIdentity& identity,
                                     config::Door door) {
  smtp::DialogSettings settings = service.spec.dialog;
  settings.secured = door == config::Door::implicit;
  if (service.spec.trace_header) {
    settings.trace_from = fmt::format("{} [{}]", identity.name, identity.client.host());
    settings.trace_id = identity.session_id;
    settings.trace_date = session::mail_date;
  }
  return settings;
}

std::unique_ptr<session::BackendOpener> opener_for(Service& service) {
  const WorkerSpec& spec = service.spec;
  if (spec.backend.empty() || spec.backend.front().is_unix()) {
    return std::make_unique<session::LaunchedOpener>(service.loop, *service.launcher, spec.identity, spec.limits);
  }
  return std::make_unique<session::TcpOpener>(service.loop, spec.backend, spec.identity, spec.limits);
}

std::unique_ptr<session::PolicyCheck> policy_for(Service& service, const session::ClientIdentity& identity,
                                                 log::Journal& journal) {
  if (!service.policy) return std::make_unique<session::NoPolicy>();
  return std::make_unique<session::ServicePolicy>(*service.policy, identity, journal, *service.spec.counters);
}

void sum_up(session::Counters& counters, const smtp::Dialog& dialog, const session::Channel& channel) {
  counters.messages += dialog.totals().messages;
  counters.recipients += dialog.totals().recipients;
  counters.starttls += dialog.totals().of(smtp::Verb::starttls).accepted;
  counters.received_octets += channel.received();
  counters.sent_octets += channel.sent();
  const smtp::Outcome outcome = dialog.outcome();
  const bool backend_failed = outcome == smtp::Outcome::backend_refused || outcome == smtp::Outcome::backend_silent ||
                              outcome == smtp::Outcome::backend_lost || outcome == smtp::Outcome::backend_babbled;
  if (backend_failed) ++counters.backend_failures;
}

net::Task<void> talk(Service& service, net::Stream stream, Arrival arrival, config::Door door) {
  session::ClientIdentity& identity = arrival.identity;
  QuietSink quiet(*service.spec.sink);
  log::Sink& sink = arrival.quiet ? static_cast<log::Sink&>(quiet) : *service.spec.sink;
  log::Journal journal(sink, identity.session_id, identity.text());
  journal.connected(fmt::format("{} ({})", identity.server.text(), text_of(door)));
  journal.goes_to(service.spec.backend_name);
  session::ClientSide client{session::Channel(std::move(stream))};
  session::InProcessTls tls(
      {service.loop, service.context, service.signer, *service.spec.counters, service.spec.limits}, identity, journal);
  session::Secured at_once;
  if (door == config::Door::implicit) {
    at_once = co_await tls.start(client);
    if (at_once.result != smtp::TlsResult::secured) {
      journal.disconnected({"commands=0", "tls_failed"});
      co_return;
    }
  }
  smtp::DialogSettings settings = dialog_settings(service, identity, door);
  settings.tls = at_once.facts;
  smtp::Dialog dialog(std::move(settings));
  const auto opener = opener_for(service);
  const auto policy = policy_for(service, identity, journal);
  co_await session::converse({client, *opener, tls, *policy, identity, journal, service.drain, service.spec.limits},
                             dialog);
  co_await client.channel().end_writing(net::after(farewell));
  sum_up(*service.spec.counters, dialog, client.channel());
  journal.disconnected({dialog.counts(), std::string(smtp::text_of(dialog.outcome())), client.channel().received(),
                        client.channel().sent(), dialog.totals().messages, dialog.totals().recipients});
}

}  // namespace

net::Task<void> serve_client(Service& service, net::Accepted accepted, config::Door door) {
  const Counted counted(service);
  ++service.spec.counters->connections;
  os::set_no_delay(accepted.socket.get());
  Arrival arrival;
  arrival.identity.client = accepted.peer;
  arrival.identity.server = os::local_of(accepted.socket.get());
  arrival.identity.session_id = service.ids.next();
  net::Stream stream(service.loop, std::move(accepted.socket));
  if (service.active > service.spec.max_connections) {
    ++service.spec.counters->refused_connections;
    (void)stream.write_now(fmt::format("421 4.7.0 {} Error: too many connections\r\n", service.spec.dialog.name));
    stream.end_writing();
    co_return;
  }
  const bool wanted = co_await learn_identity(service, stream, arrival);
  if (wanted) co_await talk(service, std::move(stream), std::move(arrival), door);
}

}  // namespace app
