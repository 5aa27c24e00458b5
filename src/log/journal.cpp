// The words of the log. Postfix's where Postfix has a line for it.
#include "log/journal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

inline namespace ehlock {
namespace log {
namespace {

constexpr std::size_t longest_detail = 400;

// "unknown[192.0.2.1]:4711" without its port, as most of Postfix's lines name a client.
std::string without_port(const std::string& client) {
  const auto end = client.rfind(']');
  return end == std::string::npos ? client : client.substr(0, end + 1);
}

std::string_view trust_of(const TlsEvent& event) {
  if (!event.client_certificate) return "Anonymous";
  return event.client_verified ? "Trusted" : "Untrusted";
}

// " LABEL VALUE", or nothing for a value not told.
std::string told(std::string_view label, std::string_view value) {
  return value.empty() ? std::string() : fmt::format(" {} {}", label, base::escaped(value));
}

std::string summary_of(const TlsEvent& event, std::string_view client) {
  return fmt::format("{} TLS connection {} from {}{}: {} with cipher {} ({}/{} bits){}{}{}", trust_of(event),
                     event.resumed ? "reused" : "established", client, told("to", event.sni),
                     base::escaped(event.protocol), base::escaped(event.cipher), event.bits, event.algorithm_bits,
                     told("key-exchange", event.group), told("server-signature", event.server_signature),
                     told("server-digest", event.server_digest));
}

// "[192.0.2.1]:4711", as postscreen(8) names a client.
std::string without_name(const std::string& client) {
  const auto begin = client.find('[');
  return begin == std::string::npos ? client : client.substr(begin);
}

// postscreen's escapes, those of C; other lines have base::escaped().
std::string in_c_escapes(std::string_view bytes) {
  constexpr std::string_view plain("\a\b\f\n\r\t\v\\");
  constexpr std::string_view letters("abfnrtv\\");
  std::string text;
  for (const char c : bytes) {
    const auto known = plain.find(c);
    if (known != std::string_view::npos) {
      text += '\\';
      text += letters[known];
    } else if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

// Seconds with two digits that count, at most two behind the point: "0", "0.02", "1.3", "12".
std::string in_seconds(std::chrono::milliseconds time) {
  if (time.count() < 10) return "0";
  if (time.count() >= 10'000) return fmt::format("{:.0f}", std::chrono::duration<double>(time).count());
  // By whole numbers: rounding would be all that the helpers need the library of mathematics for.
  const std::int64_t hundredths = (time.count() + 5) / 10;
  return fmt::format("{:.2g}", static_cast<double>(hundredths) / 100);
}

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

std::string_view verification_of(const TlsEvent& event) {
  if (!event.client_certificate) return "none";
  return event.client_verified ? "trusted" : "untrusted";
}

std::string_view ticket_of(const TlsEvent& event) {
  if (!event.ticket_offered) return "none";
  return event.resumed ? "accepted" : "refused";
}

std::int64_t milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

// "192.0.2.1" and 4711 of "unknown[192.0.2.1]:4711"; a client without brackets is one text.
std::vector<Field> facts_of_client(const std::string& client) {
  const auto open = client.find('[');
  const auto close = client.rfind(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return {{"client", client}};
  std::vector<Field> facts{{"client", client.substr(open + 1, close - open - 1)}};
  const std::string_view behind = std::string_view(client).substr(close + 1);
  const auto port = behind.starts_with(':') ? base::number<std::uint16_t>(behind.substr(1)) : std::nullopt;
  if (port) facts.push_back({"client_port", std::int64_t{*port}});
  const std::string name = client.substr(0, open);
  if (!name.empty() && name != "unknown") facts.push_back({"client_name", name});
  return facts;
}

std::vector<Field> facts_of_certificate(const TlsEvent& event) {
  return {{"client_subject", event.client_subject},
          {"client_issuer", event.client_issuer},
          {"client_fingerprint", event.client_fingerprint},
          {"client_key_fingerprint", event.client_key_fingerprint},
          {"verify", std::string(verification_of(event))}};
}

std::vector<Field> facts_of_tls(const TlsEvent& event) {
  std::vector<Field> facts{{"version", event.protocol},
                           {"cipher", event.cipher},
                           {"cipher_bits", std::int64_t{event.bits}},
                           {"group", event.group},
                           {"signature", event.server_signature},
                           {"digest", event.server_digest},
                           {"sni", event.sni},
                           {"resumed", event.resumed},
                           {"ticket", std::string(ticket_of(event))},
                           {"verify", std::string(verification_of(event))},
                           {"handshake_us", std::int64_t{event.took.count()}}};
  if (event.client_certificate) facts.push_back({"client_subject", event.client_subject});
  return facts;
}

// Of a refused certificate the line says what would let its owner in.
std::string explained(const TlsFailure& failure) {
  std::string text = base::escaped(failure.reason);
  if (failure.reason == "cert_rejected") text += fmt::format(" ({})", base::escaped(failure.detail, longest_detail));
  return text;
}

std::vector<Field> facts_of_failure(const TlsFailure& failure) {
  std::vector<Field> facts{{"reason", failure.reason}, {"sni", failure.sni}};
  if (!failure.detail.empty()) facts.push_back({"detail", failure.detail});
  if (failure.offered.empty()) return facts;
  facts.push_back({"offered_versions", failure.versions});
  facts.push_back({"offered_ciphers", failure.ciphers});
  facts.push_back({"offered_groups", failure.groups});
  return facts;
}

void add(std::vector<Field>& facts, std::vector<Field> more) {
  facts.insert(facts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string reason_of(const std::unique_ptr<TlsFailure>& failure, const std::string& outcome) {
  if (failure) return failure->reason;
  return outcome == "quit" ? "" : outcome;
}

}  // namespace

struct Journal::Summary {
  std::string listener;
  std::string backend;
  std::string stage = "CONNECT";
  std::unique_ptr<TlsEvent> tls;
  std::unique_ptr<TlsFailure> failure;
};

Journal::Journal(Sink& sink, std::string session_id, std::string client)
    : sink_(sink),
      session_id_(std::move(session_id)),
      client_(base::escaped(client)),
      summary_(sink.takes_facts() ? std::make_unique<Summary>() : nullptr) {}

Journal::~Journal() = default;
Journal::Journal(Journal&&) noexcept = default;

// One event is one line even when a caller forgot to escape (threat 38).
template <typename Facts>
void Journal::line(Severity severity, std::string_view event, std::string_view text, Facts facts) {
  std::string whole(text);
  std::replace_if(whole.begin(), whole.end(), is_control, '?');
  if (!sink_.takes_facts()) return sink_.record({severity, event, session_id_, whole, {}});
  Fields all = facts_of_client(client_);
  add(all, facts());
  sink_.record({severity, event, session_id_, whole, all});
}

void Journal::goes_to(std::string_view backend) {
  if (summary_) summary_->backend = backend;
}

void Journal::reached(std::string_view stage) {
  if (summary_) summary_->stage = stage;
}

void Journal::connected(std::string_view listener) {
  if (summary_) summary_->listener = listener;
  line(Severity::info, "connect", fmt::format("connect from {}{}", client_, told("to", listener)), [&] {
    return Fields{{"listener", std::string(listener)}};
  });
}

void Journal::secured(const TlsEvent& event) {
  if (summary_) summary_->tls = std::make_unique<TlsEvent>(event);
  const std::string client = without_port(client_);
  line(Severity::info, "tls", summary_of(event, client), [&] { return facts_of_tls(event); });
  if (!event.client_certificate) return;
  line(Severity::info, "client_certificate",
       fmt::format("{}: {}: subject_CN={}, issuer={}, fingerprint={}, pkey_fingerprint={}", client, trust_of(event),
                   base::escaped(event.client_name), base::escaped(event.client_issuer),
                   base::escaped(event.client_fingerprint), base::escaped(event.client_key_fingerprint)),
       [&] { return facts_of_certificate(event); });
}

void Journal::tls_failed(const TlsFailure& failure) {
  if (summary_) summary_->failure = std::make_unique<TlsFailure>(failure);
  reached("TLS");
  line(Severity::info, "tls_failed",
       fmt::format("SSL_accept error from {}: {}{}", without_port(client_), explained(failure),
                   told("offered", failure.offered)),
       [&] { return facts_of_failure(failure); });
}

void Journal::discarded(std::size_t bytes) {
  line(Severity::warning, "injection",
       fmt::format("improper command pipelining after STARTTLS from {}: {} bytes discarded", without_port(client_),
                   bytes),
       [&] {
         return Fields{{"bytes", static_cast<std::int64_t>(bytes)}};
       });
}

void Journal::lost_connection(std::string_view after) {
  line(Severity::info, "lost",
       fmt::format("lost connection after {} from {}", base::escaped(after), without_port(client_)), [&] {
         return Fields{{"stage", std::string(after)}};
       });
}

void Journal::timed_out(std::string_view after) {
  line(Severity::info, "timeout", fmt::format("timeout after {} from {}", base::escaped(after), without_port(client_)),
       [&] {
         return Fields{{"stage", std::string(after)}};
       });
}

void Journal::backend_failed(std::string_view why) {
  line(Severity::warning, "backend_failed",
       fmt::format("warning: backend: {} (client {})", base::escaped(why), client_), [&] {
         return Fields{{"backend", summary_->backend}, {"why", std::string(why)}};
       });
}

void Journal::rejected(std::string_view stage, std::string_view text) {
  line(Severity::info, "reject",
       fmt::format("reject: {} from {}: {}", base::escaped(stage), without_port(client_), base::escaped(text)), [&] {
         return Fields{{"stage", std::string(stage)}, {"why", std::string(text)}};
       });
}

void Journal::limit_exceeded(std::string_view what, std::size_t count, std::string_view setting) {
  line(Severity::warning, "limit",
       fmt::format("warning: {} limit exceeded: {} from {} ({})", what, count, without_port(client_),
                   base::escaped(setting)),
       [&] {
         return Fields{{"count", static_cast<std::int64_t>(count)}, {"limit", std::string(setting)}};
       });
}

void Journal::greylisted(std::string_view state, std::chrono::seconds time, std::string_view network) {
  if (state == "known" || state == "trusted") return;  // nothing new, and most of the mail
  const std::string_view words = state == "came" ? "came again after" : "must wait";
  line(Severity::info, "greylist", fmt::format("greylist: {} {} s from {}", words, time.count(), network), [&] {
    return Fields{
        {"state", std::string(state)}, {"seconds", std::int64_t{time.count()}}, {"network", std::string(network)}};
  });
}

void Journal::pregreet(std::string_view text, std::chrono::milliseconds after) {
  constexpr std::size_t longest = 100;
  const std::string shown = in_c_escapes(text.substr(0, longest)).substr(0, longest);
  line(Severity::info, "pregreet",
       fmt::format("PREGREET {} after {} from {}: {}", text.size(), in_seconds(after), without_name(client_), shown),
       [&] {
         return Fields{{"bytes", static_cast<std::int64_t>(text.size())}, {"after_ms", after.count()}, {"text", shown}};
       });
}

void Journal::traced(std::string_view side, std::string_view text) {
  line(Severity::info, "trace", fmt::format("trace: {}: {}", side, text), [&] {
    return Fields{{"side", std::string(side)}, {"said", std::string(text)}};
  });
}

void Journal::warning(std::string_view text) {
  line(Severity::warning, "warning", fmt::format("warning: {}", text), [] { return Fields(); });
}

std::vector<Field> Journal::facts_of(const EndEvent& end) const {
  const auto duration = std::chrono::steady_clock::now() - began_;
  Fields facts{{"listener", summary_->listener},
               {"backend", summary_->backend},
               {"result", end.outcome},
               {"reason", reason_of(summary_->failure, end.outcome)},
               {"stage", summary_->stage},
               {"counts", end.counts},
               {"messages", static_cast<std::int64_t>(end.messages)},
               {"recipients", static_cast<std::int64_t>(end.recipients)},
               {"received", static_cast<std::int64_t>(end.received)},
               {"sent", static_cast<std::int64_t>(end.sent)},
               {"duration_ms", milliseconds(duration)}};
  if (summary_->tls) add(facts, facts_of_tls(*summary_->tls));
  if (!summary_->failure) return facts;
  Fields more = facts_of_failure(*summary_->failure);
  add(facts, {std::make_move_iterator(more.begin() + 1), std::make_move_iterator(more.end())});  // its reason is there
  return facts;
}

void Journal::disconnected(const EndEvent& end) {
  const std::string_view space = end.counts.empty() ? "" : " ";
  line(Severity::info, "session",
       fmt::format("disconnect from {}{}{} outcome={} received={} sent={}", without_port(client_), space,
                   base::escaped(end.counts), base::escaped(end.outcome), end.received, end.sent),
       [&] { return facts_of(end); });
}

std::string SessionIds::next() {
  return fmt::format("{:08x}", next_++);
}

}  // namespace log
}  // namespace ehlock
