#include "apps/tlsproxy/results_of.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace app {
namespace {

constexpr std::string_view unit = " bits";

// "ECDSA (prime256v1)", "RSA-PSS (2048 bits)", "Ed25519": the name, and what stands in the brackets.
struct Named {
  std::string name;
  std::string curve;
  int bits = 0;
};

Named taken_apart(std::string_view text) {
  Named named;
  const auto open = text.find(" (");
  named.name = text.substr(0, open);
  if (open == std::string_view::npos || !text.ends_with(')')) return named;
  const std::string_view inside = text.substr(open + 2, text.size() - open - 3);
  const auto bits =
      inside.ends_with(unit) ? base::number<int>(inside.substr(0, inside.size() - unit.size())) : std::nullopt;
  named.bits = bits.value_or(0);
  if (!bits) named.curve = inside;
  return named;
}

// "AB:CD" of "abcd".
std::string with_colons(std::string_view hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (i > 0) text += ':';
    text += hex.substr(i, 2);
  }
  return base::uppered(text);
}

// The common name of a subject's or issuer's one line form (RFC 2253).
std::string common_name_in(std::string_view line) {
  for (const std::string_view part : base::split(line, ',')) {
    if (part.starts_with("CN=")) return std::string(part.substr(3));
  }
  return {};
}

}  // namespace

postfix::TlsResults results_of(const tls::Facts& facts, const postfix::Handoff& handoff) {
  postfix::TlsResults results;
  results.peer_common_name = facts.client_common_name;
  results.issuer_common_name = common_name_in(facts.client_issuer);
  results.peer_fingerprint = with_colons(facts.client_fingerprint);
  results.peer_status =
      (facts.client_certificate ? postfix::peer_certificate : 0) | (facts.client_verified ? postfix::peer_trusted : 0);
  results.protocol = facts.protocol;
  results.cipher = facts.cipher;
  results.cipher_used_bits = facts.bits;
  results.cipher_bits = facts.algorithm_bits;
  const Named exchange = taken_apart(facts.key_exchange());
  results.key_exchange = exchange.name;
  results.key_exchange_curve = exchange.curve;
  results.key_exchange_bits = exchange.bits;
  const Named signature = taken_apart(facts.signature);
  results.server_signature = {signature.name, signature.curve, signature.bits, facts.digest};
  results.peer_name_address = handoff.remote_endpoint;
  return results;
}

}  // namespace app
