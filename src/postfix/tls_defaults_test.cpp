// The defaults: chains of expressions that end where Postfix's end.
#include <gtest/gtest.h>

#include "postfix/tls_defaults.hpp"

namespace postfix {
namespace {

Parameters with(std::string_view main_cf) {
  Parameters parameters = Parameters::read(main_cf).value();
  assume_tls_defaults(parameters);
  return parameters;
}

TEST(TlsDefaults, what_smtpd_has_holds_for_tlsproxy) {
  const Parameters parameters = with("smtpd_tls_cert_file = /etc/mail.pem\nsmtpd_tls_security_level = may\n");
  EXPECT_EQ(parameters.value("tlsproxy_tls_cert_file").value(), "/etc/mail.pem");
  EXPECT_EQ(parameters.value("tlsproxy_tls_key_file").value(), "/etc/mail.pem");
  EXPECT_EQ(parameters.value("tlsproxy_tls_security_level").value(), "may");
  EXPECT_EQ(parameters.value("tlsproxy_tls_eckey_file").value(), "");
}

TEST(TlsDefaults, of_its_own_beat_those_of_smtpd) {
  Parameters parameters = with("smtpd_tls_loglevel = 1\ntlsproxy_tls_loglevel = 2\n");
  EXPECT_EQ(parameters.number("tlsproxy_tls_loglevel").value(), 2);
  EXPECT_EQ(parameters.number("smtpd_tls_loglevel").value(), 1);
}

TEST(TlsDefaults, the_digest_depends_on_the_compatibility_level) {
  EXPECT_EQ(with("").value("tlsproxy_tls_fingerprint_digest").value(), "md5");
  EXPECT_EQ(with("compatibility_level = 3.6\n").value("tlsproxy_tls_fingerprint_digest").value(), "sha256");
}

TEST(TlsDefaults, numbers_and_answers_can_be_read_as_such) {
  const Parameters parameters = with("");
  EXPECT_EQ(parameters.number("tlsproxy_tls_ccert_verifydepth").value(), 9);
  EXPECT_TRUE(parameters.boolean("tlsproxy_tls_always_issue_session_ids").value());
  EXPECT_FALSE(parameters.boolean("tlsproxy_use_tls").value());
  EXPECT_EQ(parameters.time("tlsproxy_tls_session_cache_timeout").value().count(), 3600);
  EXPECT_EQ(parameters.value("tlsproxy_tls_mandatory_protocols").value(), ">=TLSv1");
}

}  // namespace
}  // namespace postfix
