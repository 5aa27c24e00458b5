#include "apps/ehlock/watch/metrics_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tls/library.hpp"

namespace app {
namespace {

using session::Durations;
using session::Tally;

// A backend missed this long ago says nothing about now: without clients nobody would find out that it is back.
constexpr std::int64_t a_moment = 30;

// A number that is kept as such.
struct Number {
  const char* name;
  const char* help;
  std::uint64_t value;
  bool is_gauge = false;
};

std::vector<Number> numbers_of(const Watched& watched) {
  const session::Board& board = *watched.board;
  const session::Sums& sums = board.sums;
  return {{"ehlock_connections_active", "Sessions now.", board.active(), true},
          {"ehlock_workers", "Workers that run.", board.workers(), true},
          {"ehlock_draining", "1 while the service ends.", board.draining ? 1U : 0U, true},
          {"ehlock_connections_refused_total", "Clients refused by a limit.", sums.refused},
          {"ehlock_early_talkers_total", "Clients that talked before the greeting.", sums.early_talkers},
          {"ehlock_messages_total", "Messages the backend took.", sums.messages},
          {"ehlock_recipients_total", "Recipients of these messages.", sums.recipients},
          {"ehlock_policy_failures_total", "Questions the policy service did not answer.",
           board.tallies.sum("policy", "unavailable")},
          {"ehlock_metrics_lost_total", "Counts there was no room for.", board.tallies.lost()}};
}

void add_head(std::string& text, std::string_view name, std::string_view help, std::string_view type) {
  text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

std::string labels_of(const Family& family, const Tally& tally) {
  std::string text;
  for (std::size_t i = 0; i < family.labels.size() && i + 1 < tally.words.size(); ++i) {
    text += (text.empty() ? "" : ",") + label(family.labels[i], tally.words[i + 1]);
  }
  return text;
}

void add_family(std::string& text, const Family& family, const session::Tallies& tallies) {
  add_head(text, family.name, family.help, "counter");
  for (const Tally& tally : tallies.of(family.tally)) {
    text += fmt::format("{}{{{}}} {}\n", family.name, labels_of(family, tally), tally.count);
  }
}

void add_durations(std::string& text, const Durations& durations) {
  constexpr std::string_view name = "ehlock_tls_handshake_duration_seconds";
  add_head(text, name, "How long handshakes took that succeeded.", "histogram");
  for (std::size_t i = 0; i < Durations::bounds_ms.size(); ++i) {
    text += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, Durations::bounds_ms.at(i) / 1000.0, durations.up_to(i));
  }
  const std::uint64_t all = durations.up_to(Durations::bounds_ms.size());
  text += fmt::format("{}_bucket{{le=\"+Inf\"}} {}\n{}_sum {:.6f}\n{}_count {}\n", name, all, name,
                      static_cast<double>(durations.sum().count()) / 1e6, name, all);
}

void add_bytes(std::string& text, const session::Sums& sums) {
  add_head(text, "ehlock_bytes_total", "Octets of plaintext, from and to clients.", "counter");
  text += fmt::format("ehlock_bytes_total{{direction=\"received\"}} {}\nehlock_bytes_total{{direction=\"sent\"}} {}\n",
                      sums.received.load(), sums.sent.load());
}

void add_times(std::string& text, const Watched& watched) {
  constexpr std::string_view name = "ehlock_certificate_not_after_seconds";
  add_head(text, name, "When a certificate expires, in seconds since 1970.", "gauge");
  for (const auto& one : watched.certificates) {
    text += fmt::format("{}{{{},{}}} {}\n", name, label("name", one.name), label("serial", one.serial),
                        std::chrono::system_clock::to_time_t(one.not_after));
  }
  const session::Board& board = *watched.board;
  add_head(text, "ehlock_ticket_key_age_seconds", "Age of the key that tickets are made with.", "gauge");
  text += fmt::format("ehlock_ticket_key_age_seconds {}\n", session::seconds_now() - board.ticket_keys_from);
  add_head(text, "ehlock_start_time_seconds", "When the service started, in seconds since 1970.", "gauge");
  text += fmt::format("ehlock_start_time_seconds {}\n", board.started.load());
  add_head(text, "ehlock_build_info", "What this is.", "gauge");
  text += fmt::format("ehlock_build_info{{{},{}}} 1\n", label("version", EHLOCK_VERSION),
                      label("openssl", tls::library_version()));
}

bool all_have_expired(const std::vector<WatchedCertificate>& certificates) {
  const auto now = std::chrono::system_clock::now();
  return !certificates.empty() && std::all_of(certificates.begin(), certificates.end(),
                                              [&](const WatchedCertificate& one) { return one.not_after <= now; });
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> all{
      {"connections", "ehlock_connections_total", "Clients that connected.", {"listener"}},
      {"sessions", "ehlock_sessions_total", "Sessions that ended, by how.", {"listener", "result"}},
      {"starttls", "ehlock_starttls_total", "STARTTLS that was begun.", {"listener", "result"}},
      {"handshakes", "ehlock_tls_handshakes_total", "Handshakes that succeeded.", {"listener", "version", "resumed"}},
      {"failures", "ehlock_tls_handshake_failures_total", "Handshakes that failed.", {"listener", "reason"}},
      {"cipher", "ehlock_tls_cipher_total", "Handshakes by cipher.", {"cipher"}},
      {"group", "ehlock_tls_group_total", "Handshakes by key exchange.", {"group"}},
      {"backend", "ehlock_backend_connect_total", "Connections to the backend.", {"backend", "result"}},
      {"policy", "ehlock_policy_requests_total", "Questions to the policy service.", {"action"}},
      {"greylist", "ehlock_greylist_total", "Recipients, by what greylisting found.", {"state"}},
      {"unwelcome", "ehlock_unwelcome_total", "Clients refused for what is known of them.", {"limit"}},
      {"reputation", "ehlock_reputation_requests_total", "Questions about clients.", {"result"}},
      {"reload", "ehlock_reload_total", "Reloads of configuration and certificates.", {"result"}},
      {"child", "ehlock_process_ends_total", "Processes that ended before their time.", {"process"}}};
  return all;
}

std::string label(std::string_view name, std::string_view value) {
  std::string safe;
  for (const char c : value) {
    if (c == '\\' || c == '"') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return fmt::format("{}=\"{}\"", name, safe);
}

std::string metrics_text(const Watched& watched) {
  std::string text;
  for (const Family& family : families()) add_family(text, family, watched.board->tallies);
  for (const Number& number : numbers_of(watched)) {
    add_head(text, number.name, number.help, number.is_gauge ? "gauge" : "counter");
    text += fmt::format("{} {}\n", number.name, number.value);
  }
  add_durations(text, watched.board->handshakes);
  add_bytes(text, watched.board->sums);
  add_times(text, watched);
  return text;
}

std::string unready_because(const Watched& watched) {
  const session::Board& board = *watched.board;
  if (board.draining) return "draining";
  if (board.workers() == 0) return "no worker runs";
  if (all_have_expired(watched.certificates)) return "every certificate has expired";
  const std::int64_t missed = board.backend_missed;
  const bool just_now = session::seconds_now() - missed < a_moment;
  if (just_now && missed >= board.backend_reached) return "the backend could not be reached";
  return "";
}

}  // namespace app
