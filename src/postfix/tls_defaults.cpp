// A table: names, and the texts they have when nobody says otherwise.
#include "postfix/tls_defaults.hpp"

#include <string>

namespace postfix {
namespace {

struct Default {
  std::string_view name;
  std::string_view text;
};

// As smtpd_tls_NAME; tlsproxy_tls_NAME is "$smtpd_tls_NAME".
constexpr Default twofold[] = {
    {"CAfile", ""},
    {"CApath", ""},
    {"always_issue_session_ids", "yes"},
    {"ask_ccert", "no"},
    {"ccert_verifydepth", "9"},
    {"cert_file", ""},
    {"chain_files", ""},
    {"ciphers", "medium"},
    {"dcert_file", ""},
    {"dh1024_param_file", ""},
    {"dh512_param_file", ""},
    {"dkey_file", "$smtpd_tls_dcert_file"},
    {"eccert_file", ""},
    {"eckey_file", "$smtpd_tls_eccert_file"},
    {"eecdh_grade", "auto"},
    {"enable_rpk", "no"},
    {"exclude_ciphers", ""},
    {"fingerprint_digest", "${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}"},
    {"key_file", "$smtpd_tls_cert_file"},
    {"loglevel", "0"},
    {"mandatory_ciphers", "medium"},
    {"mandatory_exclude_ciphers", ""},
    {"mandatory_protocols", ">=TLSv1"},
    {"protocols", ">=TLSv1"},
    {"received_header", "no"},
    {"req_ccert", "no"},
    {"security_level", ""},
    {"session_cache_database", ""},
    {"session_cache_timeout", "3600s"},
};

constexpr Default others[] = {
    {"compatibility_level", "0"},
    {"smtpd_enforce_tls", "no"},
    {"smtpd_use_tls", "no"},
    {"tls_append_default_CA", "no"},
    {"tls_config_file", "default"},
    {"tls_config_name", ""},
    {"tls_daemon_random_bytes", "32"},
    {"tls_disable_workarounds", ""},
    {"tls_eecdh_auto_curves", "X25519 X448 prime256v1 secp521r1 secp384r1"},
    {"tls_eecdh_strong_curve", "prime256v1"},
    {"tls_eecdh_ultra_curve", "secp384r1"},
    {"tls_export_cipherlist", "aNULL:-aNULL:HIGH:MEDIUM:LOW:EXPORT:+RC4:@STRENGTH"},
    {"tls_fast_shutdown_enable", "yes"},
    {"tls_high_cipherlist", "aNULL:-aNULL:HIGH:@STRENGTH"},
    {"tls_low_cipherlist", "aNULL:-aNULL:HIGH:MEDIUM:LOW:+RC4:@STRENGTH"},
    {"tls_medium_cipherlist", "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH"},
    {"tls_null_cipherlist", "eNULL:!aNULL"},
    {"tls_preempt_cipherlist", "no"},
    {"tls_server_sni_maps", ""},
    {"tls_session_ticket_cipher", "aes-256-cbc"},
    {"tls_ssl_options", ""},
    {"tlsmgr_service_name", "tlsmgr"},
    {"tlsproxy_enforce_tls", "$smtpd_enforce_tls"},
    {"tlsproxy_use_tls", "$smtpd_use_tls"},
    {"tlsproxy_watchdog_timeout", "10s"},
};

}  // namespace

void assume_tls_defaults(Parameters& parameters) {
  for (const Default& each : twofold) {
    const std::string name = "smtpd_tls_" + std::string(each.name);
    parameters.assume(name, std::string(each.text));
    parameters.assume("tlsproxy_tls_" + std::string(each.name), "$" + name);
  }
  for (const Default& each : others) parameters.assume(std::string(each.name), std::string(each.text));
}

}  // namespace postfix
