// OpenSSL's reasons put into the project's closed list.
#include "tls/failure.hpp"

#include <algorithm>
#include <array>

namespace tls {
namespace {

struct Meaning {
  int reason;
  FailReason meaning;
};

constexpr std::array meanings{
    Meaning{SSL_R_UNSUPPORTED_PROTOCOL, FailReason::no_shared_version},
    Meaning{SSL_R_NO_PROTOCOLS_AVAILABLE, FailReason::no_shared_version},
    Meaning{SSL_R_UNKNOWN_PROTOCOL, FailReason::no_shared_version},
    Meaning{SSL_R_UNKNOWN_SSL_VERSION, FailReason::no_shared_version},
    Meaning{SSL_R_UNSUPPORTED_SSL_VERSION, FailReason::no_shared_version},
    Meaning{SSL_R_VERSION_TOO_LOW, FailReason::no_shared_version},
    Meaning{SSL_R_VERSION_TOO_HIGH, FailReason::no_shared_version},
    Meaning{SSL_R_WRONG_SSL_VERSION, FailReason::no_shared_version},
    Meaning{SSL_R_INAPPROPRIATE_FALLBACK, FailReason::no_shared_version},
    Meaning{SSL_R_NO_SHARED_CIPHER, FailReason::no_shared_cipher},
    Meaning{SSL_R_NO_CIPHERS_AVAILABLE, FailReason::no_shared_cipher},
    Meaning{SSL_R_NO_CIPHERS_SPECIFIED, FailReason::no_shared_cipher},
    Meaning{SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, FailReason::no_shared_cipher},
    Meaning{SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, FailReason::no_shared_cipher},
    Meaning{SSL_R_NO_SUITABLE_KEY_SHARE, FailReason::no_shared_group},
    Meaning{SSL_R_NO_SUITABLE_GROUPS, FailReason::no_shared_group},
    Meaning{SSL_R_NO_SHARED_GROUPS, FailReason::no_shared_group},
    Meaning{SSL_R_UNSUPPORTED_ELLIPTIC_CURVE, FailReason::no_shared_group},
    Meaning{SSL_R_WRONG_CURVE, FailReason::no_shared_group},
    Meaning{SSL_R_HTTP_REQUEST, FailReason::not_tls},
    Meaning{SSL_R_HTTPS_PROXY_REQUEST, FailReason::not_tls},
    Meaning{SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, FailReason::cert_required},
    Meaning{SSL_R_CERTIFICATE_VERIFY_FAILED, FailReason::cert_rejected},
    Meaning{ERR_R_MALLOC_FAILURE, FailReason::internal},
    Meaning{ERR_R_INTERNAL_ERROR, FailReason::internal},
};

bool is_alert(const Fault& fault) {
  return fault.library == ERR_LIB_SSL && fault.reason > SSL_AD_REASON_OFFSET &&
         fault.reason <= SSL_AD_REASON_OFFSET + 255;
}

FailReason meaning_of(const Fault& fault, Stage stage) {
  if (fault.library != ERR_LIB_SSL) return FailReason::none;
  if (is_alert(fault)) return FailReason::client_alert;
  if (fault.reason == SSL_R_WRONG_VERSION_NUMBER) {
    return stage == Stage::before_hello ? FailReason::not_tls : FailReason::protocol_error;
  }
  const auto has_reason = [&](const Meaning& each) { return each.reason == fault.reason; };
  const auto found = std::find_if(meanings.begin(), meanings.end(), has_reason);
  return found != meanings.end() ? found->meaning : FailReason::none;
}

// TLS 1.2 finds no cipher when no group is shared, since every cipher of ours needs one. Say what the operator can
// mend.
FailReason refined(FailReason reason, SSL* ssl) {
  if (reason != FailReason::no_shared_cipher || SSL_is_server(ssl) == 0) return reason;
  const bool offered = SSL_get1_groups(ssl, nullptr) > 0;
  return offered && SSL_get_shared_group(ssl, -1) == 0 ? FailReason::no_shared_group : reason;
}

std::string detail_of(const Fault& fault, FailReason reason, const SSL* ssl) {
  if (reason != FailReason::cert_rejected) return fault.text;
  return fmt::format("{}: {}", fault.text, X509_verify_cert_error_string(SSL_get_verify_result(ssl)));
}

}  // namespace

Failure explain(SSL* ssl, Stage stage) {
  const std::vector<Fault> faults = take_faults();
  if (faults.empty()) return {FailReason::internal, 0, "the TLS library gave no reason"};
  std::vector<std::string> queue;
  queue.reserve(faults.size());
  for (const Fault& fault : faults) queue.push_back(fault.whole);
  const auto telling = [&](const Fault& each) { return meaning_of(each, stage) != FailReason::none; };
  const auto found = std::find_if(faults.begin(), faults.end(), telling);
  if (found == faults.end()) return {FailReason::protocol_error, 0, faults.front().text, std::move(queue)};
  const FailReason reason = refined(meaning_of(*found, stage), ssl);
  return {reason, is_alert(*found) ? found->reason - SSL_AD_REASON_OFFSET : 0, detail_of(*found, reason, ssl),
          std::move(queue)};
}

std::string_view name_of(FailReason reason) {
  switch (reason) {
    case FailReason::none:
      return "none";
    case FailReason::no_shared_version:
      return "no_shared_version";
    case FailReason::no_shared_cipher:
      return "no_shared_cipher";
    case FailReason::no_shared_group:
      return "no_shared_group";
    case FailReason::unknown_sni:
      return "unknown_sni";
    case FailReason::client_alert:
      return "client_alert";
    case FailReason::not_tls:
      return "not_tls";
    case FailReason::timeout:
      return "timeout";
    case FailReason::eof_before_hello:
      return "eof_before_hello";
    case FailReason::eof_after_server_hello:
      return "eof_after_server_hello";
    case FailReason::cert_required:
      return "cert_required";
    case FailReason::cert_rejected:
      return "cert_rejected";
    case FailReason::internal:
      return "internal";
    case FailReason::protocol_error:
      return "protocol_error";
    case FailReason::truncated:
      return "truncated";
  }
  return "internal";
}

}  // namespace tls
