// The reply as one table: attribute, the era that brought it, where its value is. Eras, not versions, because the third
// one came to four older lines by patch.
#include "postfix/tls_results.hpp"

#include <string_view>
#include <utility>

#include "postfix/attr.hpp"

namespace postfix {
namespace {

enum class Era { v2_8, v2_9, signatures, v3_6, v3_9, v3_10, v3_12 };

Era era_of(const Version& version) {
  if (version.at_least(3, 12)) return Era::v3_12;
  if (version.at_least(3, 10)) return Era::v3_10;
  if (version.at_least(3, 9)) return Era::v3_9;
  if (version.at_least(3, 6)) return Era::v3_6;
  constexpr int first_patch[] = {14, 10, 7, 2};  // of 3.0, 3.1, 3.2, 3.3
  const bool old_line = version.major_number == 3 && version.minor_number < 4;
  if (version.at_least(3, 4) || (old_line && version.patch >= first_patch[version.minor_number]))
    return Era::signatures;
  return version.at_least(2, 9) ? Era::v2_9 : Era::v2_8;
}

using Facts = const TlsResults&;

struct Row {
  std::string_view name;
  Era since;
  std::string (*value)(Facts);
};

constexpr Row rows[] = {
    {"peer_CN", Era::v2_8, [](Facts facts) { return facts.peer_common_name; }},
    {"issuer_CN", Era::v2_8, [](Facts facts) { return facts.issuer_common_name; }},
    {"peer_fingerprint", Era::v2_8, [](Facts facts) { return facts.peer_fingerprint; }},
    {"peer_pubkey_fingerprint", Era::v2_9, [](Facts facts) { return facts.peer_public_key_fingerprint; }},
    {"level", Era::v3_6, [](Facts facts) { return int_text(facts.level); }},
    {"peer_status", Era::v2_8, [](Facts facts) { return int_text(facts.peer_status); }},
    {"cipher_protocol", Era::v2_8, [](Facts facts) { return facts.protocol; }},
    {"cipher_name", Era::v2_8, [](Facts facts) { return facts.cipher; }},
    {"cipher_usebits", Era::v2_8, [](Facts facts) { return int_text(facts.cipher_used_bits); }},
    {"cipher_algbits", Era::v2_8, [](Facts facts) { return int_text(facts.cipher_bits); }},
    {"key_exchange", Era::signatures, [](Facts facts) { return facts.key_exchange; }},
    {"key_exchange_curve", Era::signatures, [](Facts facts) { return facts.key_exchange_curve; }},
    {"key_exchange_bits", Era::signatures, [](Facts facts) { return int_text(facts.key_exchange_bits); }},
    {"ctos_rpk", Era::v3_9, [](Facts facts) { return int_text(facts.client_raw_key); }},
    {"stoc_rpk", Era::v3_9, [](Facts facts) { return int_text(facts.server_raw_key); }},
    {"clnt_signature", Era::signatures, [](Facts facts) { return facts.client_signature.name; }},
    {"clnt_signature_curve", Era::signatures, [](Facts facts) { return facts.client_signature.curve; }},
    {"clnt_signature_bits", Era::signatures, [](Facts facts) { return int_text(facts.client_signature.bits); }},
    {"clnt_signature_digest", Era::signatures, [](Facts facts) { return facts.client_signature.digest; }},
    {"srvr_signature", Era::signatures, [](Facts facts) { return facts.server_signature.name; }},
    {"srvr_signature_curve", Era::signatures, [](Facts facts) { return facts.server_signature.curve; }},
    {"srvr_signature_bits", Era::signatures, [](Facts facts) { return int_text(facts.server_signature.bits); }},
    {"srvr_signature_digest", Era::signatures, [](Facts facts) { return facts.server_signature.digest; }},
    {"namaddr", Era::signatures, [](Facts facts) { return facts.peer_name_address; }},
    {"rpt_reported", Era::v3_10, [](Facts facts) { return int_text(facts.reported); }},
    {"trace_size_limit", Era::v3_12, [](Facts facts) { return int_text(facts.trace_size_limit); }},
};

// A bit an older reader understands differently, or not at all, is not sent to it.
std::int32_t known_bits(Era era) {
  std::int32_t bits = peer_certificate | peer_alternative_name | peer_trusted | peer_matched;
  if (era != Era::v2_8) bits |= peer_secured;
  if (era >= Era::v3_9) bits |= peer_raw_public_key;
  return bits;
}

}  // namespace

std::string encode(const TlsResults& results, const Version& version) {
  const Era era = era_of(version);
  TlsResults told = results;
  told.peer_status &= known_bits(era);
  Attributes list;
  for (const Row& row : rows) {
    if (row.since <= era) list.push_back({std::string(row.name), row.value(told)});
  }
  return encode(list);
}

}  // namespace postfix
