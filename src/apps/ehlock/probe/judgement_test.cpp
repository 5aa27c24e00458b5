// What is worth a warning, and how it is told.
#include "apps/ehlock/probe/judgement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/ehlock/probe/report.hpp"

namespace app {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

const Moment now = std::chrono::system_clock::from_time_t(1'800'000'000);

tls::CertificateFacts certificate(int days) {
  tls::CertificateFacts facts;
  facts.names = {"mail.example"};
  facts.subject = "CN=mail.example";
  facts.not_before = now - hours(24);
  facts.not_after = now + hours(24 * days + 1);
  return facts;
}

ProbeFindings good() {
  ProbeFindings findings;
  findings.server = "mail.example:25";
  findings.offered_in_clear = {"PIPELINING", "STARTTLS"};
  findings.offered = {"PIPELINING", "AUTH PLAIN"};
  findings.tls.protocol = "TLSv1.3";
  findings.tls.group = "X25519";
  findings.chain = {certificate(60)};
  findings.versions = {{"TLSv1", false}, {"TLSv1.1", false}, {"TLSv1.2", true}, {"TLSv1.3", true}};
  findings.injection = Injection::forgotten;
  return findings;
}

std::string judged(const ProbeFindings& findings, const config::ProbeOptions& options = {}) {
  std::string text;
  for (const auto& each : judge(findings, options, now)) {
    text += fmt::format("{}: {}\n", name_of(each.level), each.text);
  }
  return text;
}

TEST(Judgement, has_nothing_against_a_good_server) {
  EXPECT_EQ(judged(good()), "");
  EXPECT_EQ(worst_of({}), Level::ok);
}

TEST(Judgement, counts_the_days_a_certificate_has_left) {
  auto findings = good();
  findings.chain = {certificate(13), certificate(2)};
  EXPECT_EQ(judged(findings),
            "WARNING: the certificate ends in 13 days\n"
            "CRITICAL: certificate 2 of the chain ends in 2 days\n");
  findings.chain = {certificate(-2)};
  EXPECT_EQ(judged(findings), "CRITICAL: the certificate has expired\n");
  findings.chain.front().not_before = now + hours(1);
  EXPECT_EQ(judged(findings), "CRITICAL: the certificate is not valid yet\n");
}

TEST(Judgement, takes_a_doubtful_chain_ill_only_when_asked_to_verify) {
  auto findings = good();
  findings.doubt = "self-signed certificate";
  EXPECT_EQ(judged(findings), "");
  config::ProbeOptions options;
  options.verify = true;
  EXPECT_EQ(judged(findings, options), "CRITICAL: self-signed certificate\n");
}

TEST(Judgement, CVE_2011_0411_is_critical) {
  auto findings = good();
  findings.injection = Injection::executed;
  EXPECT_THAT(judged(findings), HasSubstr("CRITICAL: a command sent before TLS is executed inside it"));
}

TEST(Judgement, warns_of_what_a_careful_server_does_not_do) {
  auto findings = good();
  findings.offered_in_clear = {"AUTH=PLAIN", "STARTTLS"};
  findings.offered = {"STARTTLS"};
  findings.tls = {};
  findings.tls.cipher = "AES128-SHA";
  findings.versions = {{"TLSv1", true}, {"TLSv1.3", false}};
  EXPECT_EQ(judged(findings),
            "WARNING: AES128-SHA has no forward secrecy\n"
            "WARNING: AUTH is offered in clear\n"
            "WARNING: STARTTLS is offered inside TLS (RFC 3207 section 4.2 forbids it)\n"
            "WARNING: TLSv1 is still spoken\n"
            "WARNING: TLSv1.3 is not spoken\n");
}

TEST(Report, begins_with_the_line_monitoring_shows) {
  auto findings = good();
  EXPECT_THAT(report_text(findings, {}, now),
              testing::StartsWith("OK - mail.example:25: TLSv1.3, certificate until 2027-03-16 (60 days)\n"));
  findings.chain = {certificate(1)};
  const auto complaints = judge(findings, {}, now);
  EXPECT_THAT(report_text(findings, complaints, now),
              testing::StartsWith("CRITICAL - mail.example:25: the certificate ends in 1 days\n"));
}

TEST(Report, words_of_a_server_cannot_play_with_the_terminal_or_the_JSON) {
  auto findings = good();
  findings.greeting = "hello \x1b[31m \"quoted\"";
  findings.offered = {"X-\x07"};
  EXPECT_THAT(report_text(findings, {}, now), Not(HasSubstr("\x1b")));
  const std::string json = report_json(findings, {}, now);
  EXPECT_THAT(json, Not(HasSubstr("\x1b")));
  EXPECT_THAT(json, HasSubstr("\\\"quoted\\\""));
}

}  // namespace
}  // namespace app
