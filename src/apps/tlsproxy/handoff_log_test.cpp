#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/tlsproxy/handoff_log.hpp"

namespace app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Lines final : public log::Sink {
 public:
  void write(log::Severity /*severity*/, std::string_view line) override { all.emplace_back(line); }
  std::vector<std::string> all;
};

postfix::Handoff request(std::string endpoint, int flags) {
  postfix::Handoff handoff;
  handoff.remote_endpoint = std::move(endpoint);
  handoff.flags = flags;
  handoff.service = "smtpd";
  return handoff;
}

tls::Facts facts_of_tls_1_3() {
  tls::Facts facts;
  facts.protocol = "TLSv1.3";
  facts.cipher = "TLS_AES_256_GCM_SHA384";
  facts.bits = facts.algorithm_bits = 256;
  facts.group = "X25519";
  facts.signature = "ECDSA (prime256v1)";
  facts.sni = "mail.example";
  return facts;
}

TEST(HandoffLog, has_the_lines_of_the_original) {
  Lines lines;
  HandoffLog log(lines, 1);
  log.connected(request("[127.0.0.1]:52348", postfix::flag_server));
  log.secured(facts_of_tls_1_3());
  log.unsecured();
  log.disconnected();
  EXPECT_THAT(
      lines.all,
      ElementsAre("CONNECT from [127.0.0.1]:52348",
                  "Anonymous TLS connection established from [127.0.0.1]:52348: TLSv1.3 with cipher "
                  "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1)",
                  "TLS handshake failed for service=smtpd peer=[127.0.0.1]:52348", "DISCONNECT [127.0.0.1]:52348"));
}

TEST(HandoffLog, names_the_direction) {
  Lines lines;
  HandoffLog log(lines, 0);
  log.connected(request("a", postfix::flag_client));
  log.connected(request("b", 0));
  log.bad_flags();
  EXPECT_THAT(lines.all, ElementsAre("CONNECT to a", "CONNECT (bogus_direction) b",
                                     "warning: tlsp_get_request_event: bad request flags: 0x0"));
}

TEST(HandoffLog, tells_the_name_a_certificate_was_chosen_by) {
  Lines lines;
  HandoffLog log(lines, 1);
  tls::Facts facts = facts_of_tls_1_3();
  facts.sni_known = true;
  log.secured(facts);
  EXPECT_THAT(lines.all.front(), testing::HasSubstr(" to mail.example: TLSv1.3"));
}

TEST(HandoffLog, says_nothing_of_handshakes_at_level_0) {
  Lines lines;
  HandoffLog log(lines, 0);
  log.handshake_begins("HIGH");
  log.secured(facts_of_tls_1_3());
  log.steps({{true, "a step"}});
  EXPECT_THAT(lines.all, IsEmpty());
}

TEST(HandoffLog, log_injection_CWE_117_an_endpoint_stays_in_its_line) {
  Lines lines;
  HandoffLog log(lines, 0);
  log.connected(request("[192.0.2.1]:1\nfatal: x\x1b" + std::string(1000, 'a'), postfix::flag_server));
  EXPECT_TRUE(lines.all.front().starts_with("CONNECT from [192.0.2.1]:1?fatal: x?aaa"));
  EXPECT_LT(lines.all.front().size(), 300U);
}

TEST(HandoffLog, names_client_and_reason_of_a_failure) {
  Lines lines;
  HandoffLog log(lines, 0);
  log.connected(request("[192.0.2.1]:1", postfix::flag_server));
  log.handshake_failed({tls::FailReason::not_tls, 0, "not a TLS record", {}}, {});
  EXPECT_THAT(lines.all,
              ElementsAre("CONNECT from [192.0.2.1]:1",
                          "warning: TLS library problem: error:0A00010B:SSL routines::wrong version number::0:",
                          "TLS handshake with [192.0.2.1]:1: not_tls (not a TLS record)"));
}

}  // namespace
}  // namespace app
