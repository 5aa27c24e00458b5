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

void HandoffLog::secured(const tls::Facts& facts) {
  if (level_ < 1) return;
  info(fmt::format("{} TLS connection {} from {}{}: {} with cipher {} ({}/{} bits){}{}{}", trust(facts),
                   facts.resumed ? "reused" : "established", peer_, told("to", facts.sni), facts.protocol, facts.cipher,
                   facts.bits, facts.algorithm_bits, told("key-exchange", facts.key_exchange()),
                   told("server-signature", facts.signature), told("server-digest", facts.digest)));
}

void HandoffLog::handshake_failed(const tls::Failure& failure, const tls::HelloFacts& offered) {
  const std::string detail = failure.detail.empty() ? "" : fmt::format(" ({})", failure.detail);
  warning(fmt::format("TLS handshake with {}: {}{}{}", peer_, failure.text(), detail, told("offered", offered.text())));
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
