#include "apps/ehlock/serve/admin_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace app {
namespace {

// Ours have 8 digits, those of connections that were handed over what LOG_ID or tlswrapper gave them.
constexpr std::size_t longest_session_id = 64;

std::string session_rows(const std::vector<session::Listed>& sessions) {
  std::vector<Row> rows;
  rows.reserve(sessions.size());
  const std::int64_t now = session::seconds_now();
  for (const auto& one : sessions) {
    rows.push_back({"session", one.session, one.client, one.listener, fmt::format("{}", now - one.since)});
  }
  return encode(rows);
}

std::string kill_one(const AdminDeeds& deeds, const std::string& session) {
  if (session.empty() || session.size() > longest_session_id) return "error: a session id is wanted, as in the log\n";
  return deeds.kill(session) ? "ok\n" : "error: there is no such session\n";
}

// "600 192.0.2.0/24"
std::string trace_some(const AdminDeeds& deeds, const std::string& what) {
  const auto space = what.find(' ');
  const auto seconds = base::number<std::uint32_t>(what.substr(0, space));
  if (space == std::string::npos || !seconds) return "error: trace SECONDS NETWORK\n";
  const std::string network = what.substr(space + 1);
  const auto parsed = os::Network::parse(network);
  if (!parsed) return "error: " + parsed.error().text + "\n";
  deeds.trace({*seconds, network});
  return fmt::format("ok: for {} s the log tells the dialogs of clients in {}, in lines with \"trace:\"\n", *seconds,
                     network);
}

void add_tallies(Report& report, const session::Tallies& tallies) {
  for (const Family& family : families()) {
    for (const auto& tally : tallies.of(family.tally)) {
      ReportedTally one{family.tally, {}, tally.count};
      for (std::size_t i = 0; i < family.labels.size() && i + 1 < tally.words.size(); ++i) {
        one.labels[family.labels[i]] = tally.words[i + 1];
      }
      report.tallies.push_back(std::move(one));
    }
  }
}

}  // namespace

std::string answer_of(const AdminDeeds& deeds, const std::string& command) {
  constexpr std::string_view kill = "kill ";
  if (command == "status") return encode(rows_of(deeds.report()));
  if (command == "sessions") return session_rows(deeds.sessions());
  if (command.starts_with(kill)) return kill_one(deeds, command.substr(kill.size()));
  constexpr std::string_view trace = "trace ";
  if (command.starts_with(trace)) return trace_some(deeds, command.substr(trace.size()));
  if (command == "drain") {
    deeds.drain();
    return "ok\n";
  }
  if (command == "reload") {
    const std::string why = deeds.reload();
    return why.empty() ? "ok\n" : "error: " + why + "\n";
  }
  return "error: status, sessions, reload, drain, kill SESSION or trace SECONDS NETWORK\n";
}

Report report_of(const Prepared& prepared, const Watched& watched) {
  const session::Board& board = *watched.board;
  const session::Sums& sums = board.sums;
  Report report;
  report.facts = {{"version", EHLOCK_VERSION},
                  {"state", board.draining ? "draining" : "serving"},
                  {"unready", unready_because(watched)},
                  {"backend", prepared.plan.backend ? prepared.plan.backend->text() : prepared.plan.program.front()}};
  report.numbers = {{"pid", ::getpid()},
                    {"started", board.started},
                    {"reloaded", board.reloaded},
                    {"active", static_cast<std::int64_t>(board.active())},
                    {"workers", static_cast<std::int64_t>(board.workers())},
                    {"refused", static_cast<std::int64_t>(sums.refused)},
                    {"messages", static_cast<std::int64_t>(sums.messages)},
                    {"recipients", static_cast<std::int64_t>(sums.recipients)},
                    {"received", static_cast<std::int64_t>(sums.received)},
                    {"sent", static_cast<std::int64_t>(sums.sent)}};
  for (const auto& listener : prepared.plan.listeners) report.listeners.push_back(listener.endpoint.text());
  for (const auto& chain : prepared.chains) {
    const auto& names = chain.facts.names;
    report.certificates.push_back({names.empty() ? chain.facts.subject : names.front(), chain.facts.serial,
                                   std::chrono::system_clock::to_time_t(chain.facts.not_after), chain.origin});
  }
  add_tallies(report, board.tallies);
  return report;
}

std::vector<WatchedCertificate> watched_certificates(const Prepared& prepared) {
  std::vector<WatchedCertificate> all;
  for (const auto& chain : prepared.chains) {
    const auto& names = chain.facts.names;
    all.push_back({names.empty() ? chain.facts.subject : names.front(), chain.facts.serial, chain.facts.not_after});
  }
  return all;
}

}  // namespace app
