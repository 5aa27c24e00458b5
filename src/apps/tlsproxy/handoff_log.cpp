#include "apps/tlsproxy/handoff_log.hpp"

#include <fmt/format.h>

namespace app {
namespace {

constexpr std::size_t longest_peer = 200;

std::string_view direction(postfix::Role role) {
  switch (role) {
    case postfix::Role::none:
      return "(bogus_direction)";
    case postfix::Role::client:
      return "to";
    case postfix::Role::server:
    case postfix::Role::both:
      return "from";
  }
  return "from";
}

std::string_view trust(const tls::Facts& facts) {
  if (!facts.client_certificate) return "Anonymous";
  return facts.client_verified ? "Trusted" : "Untrusted";
}

std::string told(std::string_view label, std::string_view value) {
  return value.empty() ? std::string() : fmt::format(" {} {}", label, value);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string safe(text);
  for (char& c : safe) {
    if (c < ' ' || c > '~') c = '?';
  }
  return safe;
}

void HandoffLog::warning(std::string_view line) {
  sink_.write(log::Severity::warning, fmt::format("warning: {}", line));
}

void HandoffLog::bad_request(std::string_view why) {
  warning(fmt::format("tlsp_get_request_event: receive request attributes: {}", printable(why)));
}

void HandoffLog::connected(const postfix::Handoff& handoff) {
  peer_ = printable(std::string_view(handoff.remote_endpoint).substr(0, longest_peer));
  service_ = printable(std::string_view(handoff.service).substr(0, longest_peer));
  flags_ = handoff.flags;
  info(fmt::format("CONNECT {} {}", direction(handoff.role()), peer_));
}

void HandoffLog::bad_flags() {
  warning(fmt::format("tlsp_get_request_event: bad request flags: {:#x}", static_cast<unsigned>(flags_)));
}

void HandoffLog::client_role_refused() {
  warning(
      fmt::format("{}: TLS client role is not supported by this program; do not use it for "
                  "smtp_tls_connection_reuse",
                  peer_));
}

void HandoffLog::no_descriptor(std::string_view why) {
  warning(fmt::format("tlsp_get_fd_event: receive remote SMTP peer file descriptor: {}", printable(why)));
}

void HandoffLog::handshake_begins(std::string_view ciphers) {
  if (level_ < 2) return;
  info(fmt::format("setting up TLS connection from {}", peer_));
  info(fmt::format("{}: TLS cipher list \"{}\"", peer_, printable(ciphers)));
}

void HandoffLog::steps(const std::vector<tls::TraceLine>& steps) {
  if (level_ < 2) return;
  for (const tls::TraceLine& step : steps) {
    const std::string text = printable(step.text);
    info(step.names_peer ? fmt::format("{}: {}", peer_, text) : text);
  }
}

void HandoffLog::name_unknown(std::string_view name) {
  info(fmt::format("TLS SNI {} from {} not matched, using default chain", printable(name), peer_));
}

// A resumed session is "established" too: "reused" is Postfix's word for a connection.
void HandoffLog::secured(const tls::Facts& facts) {
  if (level_ >= 2 && facts.resumed) {
    info(fmt::format("{}: Reusing old session{}", peer_, facts.resumed_by_ticket ? " (RFC 5077 session ticket)" : ""));
  }
  if (level_ < 1) return;
  const std::string name = facts.sni_known ? facts.sni : std::string();
  info(fmt::format("{} TLS connection established from {}{}: {} with cipher {} ({}/{} bits){}{}{}{}{}", trust(facts),
                   peer_, told("to", name), facts.protocol, facts.cipher, facts.bits, facts.algorithm_bits,
                   told("key-exchange", facts.key_exchange()), told("server-signature", facts.signature),
                   told("server-digest", facts.digest), told("client-signature", facts.client_signature),
                   told("client-digest", facts.client_digest)));
}

// The original names neither client nor reason; the last line is ours.
void HandoffLog::handshake_failed(const tls::Failure& failure, const tls::HelloFacts& offered) {
  if (failure.reason == tls::FailReason::timeout) timed_out();
  // What is no TLS at all is not shown to OpenSSL, whose words for it are these.
  if (failure.reason == tls::FailReason::not_tls && failure.queue.empty()) {
    warning("TLS library problem: error:0A00010B:SSL routines::wrong version number::0:");
  }
  for (const std::string& fault : failure.queue) warning(fmt::format("TLS library problem: {}", printable(fault)));
  const std::string detail = failure.detail.empty() ? "" : fmt::format(" ({})", printable(failure.detail));
  info(fmt::format("TLS handshake with {}: {}{}{}", peer_, failure.text(), detail, told("offered", offered.text())));
}

void HandoffLog::hung_up_on() {
  info(fmt::format("TLS handshake with {}: given up by service={}", peer_, service_));
}

void HandoffLog::timed_out() {
  warning(fmt::format("ciphertext read/write timeout for {}", peer_));
}

void HandoffLog::context_unsent() {
  warning(fmt::format("cannot send TLS context: {}", peer_));
}

void HandoffLog::unsecured() {
  info(fmt::format("TLS handshake failed for service={} peer={}", service_, peer_));
}

void HandoffLog::disconnected() {
  info(fmt::format("DISCONNECT {}", peer_));
}

}  // namespace app
