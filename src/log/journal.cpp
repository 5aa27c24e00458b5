// The words of the log. Postfix's where Postfix has a line for it.
#include "log/journal.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

inline namespace ehlock {
namespace log {
namespace {

// "unknown[192.0.2.1]:4711" without its port, as most of Postfix's lines name a client.
std::string without_port(const std::string& client) {
  const auto end = client.rfind(']');
  return end == std::string::npos ? client : client.substr(0, end + 1);
}

std::string_view trust_of(const TlsEvent& event) {
  if (event.client_subject.empty()) return "Anonymous";
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

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

}  // namespace

Journal::Journal(Sink& sink, std::string session_id, std::string client)
    : sink_(sink), session_id_(std::move(session_id)), client_(base::escaped(client)) {}

void Journal::connected(std::string_view listener) {
  line(Severity::info, fmt::format("connect from {}{}", client_, told("to", listener)));
}

void Journal::secured(const TlsEvent& event) {
  const std::string client = without_port(client_);
  line(Severity::info, summary_of(event, client));
  if (event.client_subject.empty()) return;
  line(Severity::info, fmt::format("{}: {}: subject={}", client, trust_of(event), base::escaped(event.client_subject)));
}

void Journal::tls_failed(std::string_view reason, std::string_view offered) {
  line(Severity::info, fmt::format("SSL_accept error from {}: {}{}", without_port(client_), base::escaped(reason),
                                   told("offered", offered)));
}

void Journal::discarded(std::size_t bytes) {
  line(Severity::warning, fmt::format("improper command pipelining after STARTTLS from {}: {} bytes discarded",
                                      without_port(client_), bytes));
}

void Journal::lost_connection(std::string_view after) {
  line(Severity::info, fmt::format("lost connection after {} from {}", base::escaped(after), without_port(client_)));
}

void Journal::timed_out(std::string_view after) {
  line(Severity::info, fmt::format("timeout after {} from {}", base::escaped(after), without_port(client_)));
}

void Journal::backend_failed(std::string_view why) {
  line(Severity::warning, fmt::format("warning: backend: {} (client {})", base::escaped(why), client_));
}

void Journal::rejected(std::string_view stage, std::string_view text) {
  line(Severity::info,
       fmt::format("reject: {} from {}: {}", base::escaped(stage), without_port(client_), base::escaped(text)));
}

void Journal::warning(std::string_view text) {
  line(Severity::warning, fmt::format("warning: {}", text));
}

void Journal::disconnected(std::string_view counts, std::string_view outcome, std::uint64_t received,
                           std::uint64_t sent) {
  const std::string_view space = counts.empty() ? "" : " ";
  line(Severity::info, fmt::format("disconnect from {}{}{} outcome={} received={} sent={}", without_port(client_),
                                   space, base::escaped(counts), base::escaped(outcome), received, sent));
}

// One event is one line even when a caller forgot to escape (threat 38).
void Journal::line(Severity severity, std::string_view text) {
  std::string whole = fmt::format("{}: {}", session_id_, text);
  std::replace_if(whole.begin(), whole.end(), is_control, '?');
  sink_.write(severity, whole);
}

std::string SessionIds::next() {
  return fmt::format("{:08x}", next_++);
}

}  // namespace log
}  // namespace ehlock
