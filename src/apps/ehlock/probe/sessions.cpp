#include "apps/ehlock/probe/sessions.hpp"

#include <array>
#include <utility>

#include "apps/ehlock/client/opening.hpp"
#include "base/text.hpp"
#include "tls/chain.hpp"
#include "tls/engine.hpp"

namespace app {
namespace {

// What a server chooses is to be seen, not only what we would accept for mail.
constexpr const char* whatever_there_is = "ALL:!aNULL:!eNULL:@SECLEVEL=0";

base::Result<tls::Context> context_for(const ProbePlan& plan, tls::Version lowest, tls::Version highest) {
  tls::ClientSettings settings;
  settings.server_name = plan.name;
  settings.min_version = lowest;
  settings.max_version = highest;
  settings.ciphers = whatever_there_is;
  return tls::Context::client(settings);
}

// What one session found, up to the EHLO inside TLS.
struct Look {
  Opened opened;
  tls::Facts facts;
  std::string chain_pem;
  std::string session_der;
};

net::Task<ClientResult<Look>> look(net::Loop& loop, const ProbePlan& plan, const tls::Context& context,
                                   std::string session_der, bool shown) {
  SmtpClient client(loop, Transcript(shown), plan.timeout);
  const auto connected = co_await client.connect(plan.addresses);
  if (!connected) co_return tl::unexpected(connected.error());
  Opening opening{context, plan.our_name, plan.implicit, std::move(session_der)};
  auto opened = co_await open_session(client, std::move(opening));
  if (!opened) co_return tl::unexpected(opened.error());
  Look found{std::move(*opened), client.engine()->facts(), client.engine()->peer_chain_pem(), ""};
  const auto bye = co_await client.exchange("QUIT");
  found.session_der = client.session_der();
  if (bye) co_await client.close();
  co_return std::move(found);
}

void note(Look& seen, const ProbePlan& plan, ProbeFindings& findings) {
  findings.greeting = std::move(seen.opened.greeting);
  findings.offered_in_clear = std::move(seen.opened.clear);
  findings.offered = seen.opened.offer.lines();
  findings.tls = std::move(seen.facts);
  auto chain = tls::read_chain(seen.chain_pem);
  if (chain) findings.chain = std::move(*chain);
  findings.doubt = tls::doubt_about(seen.chain_pem, plan.authorities, plan.name);
}

struct NamedVersion {
  const char* name;
  tls::Version version;
};
constexpr std::array<NamedVersion, 4> versions{{{"TLSv1", tls::Version::tls1_0},
                                                {"TLSv1.1", tls::Version::tls1_1},
                                                {"TLSv1.2", tls::Version::tls1_2},
                                                {"TLSv1.3", tls::Version::tls1_3}}};

net::Task<VersionFound> try_version(net::Loop& loop, const ProbePlan& plan, NamedVersion wanted) {
  VersionFound found{wanted.name};
  const auto context = context_for(plan, wanted.version, wanted.version);
  if (!context) co_return found;
  const auto seen = co_await look(loop, plan, *context, "", false);
  if (seen) {
    found.spoken = true;
    found.cipher = seen->facts.cipher;
    found.group = seen->facts.group;
  }
  co_return found;
}

// After the handshake a server that kept the NOOP answers once more than it is asked: the reply to QUIT comes late.
net::Task<Injection> inject(SmtpClient& client, const ProbePlan& plan, const tls::Context& context) {
  const auto said = co_await client.say("STARTTLS\r\nNOOP\r\n");
  if (!said) co_return Injection::refused;
  const auto ready = co_await client.read_reply();
  if (!ready || ready->code != 220) co_return Injection::refused;
  const auto secured = co_await client.secure(context, "");
  if (!secured) co_return Injection::refused;
  const auto greeted = co_await client.exchange("EHLO " + plan.our_name);
  if (!greeted) co_return Injection::refused;
  const auto bye = co_await client.exchange("QUIT");
  co_return bye && bye->code != 221 ? Injection::executed : Injection::forgotten;
}

net::Task<Injection> try_injection(net::Loop& loop, const ProbePlan& plan, const tls::Context& context) {
  SmtpClient client(loop, Transcript(false), plan.timeout);
  const auto connected = co_await client.connect(plan.addresses);
  if (!connected) co_return Injection::not_tried;
  const auto heard = co_await hear_greeting(client);
  if (!heard) co_return Injection::not_tried;
  const auto offer = co_await greet(client, plan.our_name);
  if (!offer || !offer->has("STARTTLS")) co_return Injection::not_tried;
  co_return co_await inject(client, plan, context);
}

}  // namespace

net::Task<ProbeFindings> probe_server(net::Loop& loop, const ProbePlan& plan) {
  ProbeFindings findings;
  findings.server = plan.server;
  const auto context = context_for(plan, tls::Version::tls1_0, tls::Version::tls1_3);
  if (!context) {
    findings.fault = context.error().text;
    co_return findings;
  }
  auto first = co_await look(loop, plan, *context, "", plan.transcript);
  if (!first) {
    findings.fault = first.error().text;
    co_return findings;
  }
  note(*first, plan, findings);
  const auto second = co_await look(loop, plan, *context, first->session_der, false);
  findings.resumes = second && second->facts.resumed;
  for (const NamedVersion& each : versions) {
    auto found = co_await try_version(loop, plan, each);
    findings.versions.push_back(std::move(found));
  }
  if (!plan.implicit) findings.injection = co_await try_injection(loop, plan, *context);
  co_return findings;
}

}  // namespace app
