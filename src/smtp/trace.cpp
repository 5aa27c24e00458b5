// The trace header, see trace.hpp.

#include "smtp/trace.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace smtp {
namespace {

constexpr std::size_t longest_name = 255;  // of a domain, RFC 5321 §4.5.3.1.2

bool in_host_name(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("-._:[]").find(c) != std::string_view::npos;
}

std::string harmless(std::string_view name) {
  if (name.empty()) return "unknown";
  std::string clean(name.substr(0, longest_name));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return !in_host_name(c); }, '?');
  return clean;
}

std::string tls_clause(const TlsFacts& tls) {
  if (tls.protocol.empty()) return "";
  const int algorithm_bits = tls.algorithm_bits > 0 ? tls.algorithm_bits : tls.bits;
  return fmt::format("\t(using {} with cipher {} ({}/{} bits))\r\n", tls.protocol, tls.cipher, tls.bits,
                     algorithm_bits);
}

std::string_view base_protocol(const Envelope& envelope) {
  if (envelope.greeting == Greeting::lhlo) return envelope.smtputf8 ? "UTF8LMTP" : "LMTP";
  return envelope.smtputf8 ? "UTF8SMTP" : "ESMTP";
}

}  // namespace

std::string protocol_name(const Envelope& envelope, bool secured) {
  if (envelope.greeting == Greeting::helo || envelope.greeting == Greeting::none) return "SMTP";
  return fmt::format("{}{}{}", base_protocol(envelope), secured ? "S" : "", envelope.authenticated ? "A" : "");
}

std::string received_header(const TraceWords& words, const Envelope& envelope, const TlsFacts& tls) {
  std::string header =
      fmt::format("Received: from {} ({})\r\n{}", harmless(envelope.helo), words.client, tls_clause(tls));
  fmt::format_to(std::back_inserter(header), "\tby {} (ehlock) with {}", words.by,
                 protocol_name(envelope, !tls.protocol.empty()));
  if (!words.id.empty()) fmt::format_to(std::back_inserter(header), " id {}", words.id);
  if (!words.date.empty()) fmt::format_to(std::back_inserter(header), ";\r\n\t{}", words.date);
  return header + "\r\n";
}

}  // namespace smtp
