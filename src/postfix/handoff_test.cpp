// Requests of the five generations, as recorded or composed after the versions' own order.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postfix/handoff.hpp"

namespace postfix {
namespace {

using State = HandoffReader::State;
using testing::HasSubstr;
using std::chrono_literals::operator""s;

constexpr Generation all[] = {Generation::a, Generation::b, Generation::c, Generation::d, Generation::e};

// "name|value|...|" with | for NUL: digits behind a NUL would be misread in a literal.
std::string wire(std::string text) {
  std::replace(text.begin(), text.end(), '|', '\0');
  return text;
}

// 2.8, composed.
const std::string request_a = wire("remote_endpoint|[192.0.2.1]:40162|flags|1|timeout|300||");
// 3.3.22, recorded: 71 octets.
const std::string request_b = wire("remote_endpoint|[127.0.0.1]:49568|flags|1|timeout|300|server_id|smtpd||");
// 3.5 and 3.7, composed: postscreen sends the same to both.
const std::string request_c =
    wire("remote_endpoint|[192.0.2.1]:40162|flags|1|timeout|300|timeout|300|serverid|smtpd||");

// 3.12, composed: the order is its own, the values are like those of a default installation.
const std::string settings_e = wire(
    "config_file|default|config_name||tls_high_cipherlist|aNULL:-aNULL:HIGH:@STRENGTH|tls_medium_cipherlist|"
    "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH|tls_null_cipherlist|eNULL:!aNULL|tls_eecdh_auto_curves|"
    "X25519 X448 prime256v1 secp384r1 secp521r1|tls_eecdh_strong_curve|prime256v1|tls_eecdh_ultra_curve|secp384r1|"
    "tls_ffdhe_auto_groups|ffdhe2048 ffdhe3072|tls_disable_workarounds||tls_ssl_options||tlsmgr_service_name|tlsmgr|"
    "tls_session_ticket_cipher|aes-256-cbc|tls_daemon_random_bytes|32|tls_append_default_CA|0|"
    "tls_preempt_cipherlist|0|tls_wildcard_matches_multiple_labels|1|tls_server_sni_maps||"
    "tls_fast_shutdown_enable|1|tls_trust_server_ccerts|0|log_param|postscreen_tls_loglevel|log_level|1|"
    "verifydepth|9|cache_type|smtpd|set_sessid|1|chain_files||cert_file|/etc/postfix/cert.pem|key_file|"
    "/etc/postfix/key.pem|dcert_file||dkey_file||eccert_file||eckey_file||CAfile||CApath||protocols|>=TLSv1|"
    "eecdh_grade|auto|dh1024_param_file||dh512_param_file||ask_ccert|0|mdalg|sha256|log_param|"
    "postscreen_tls_loglevel|log_level|1|timeout|300|enable_rpk|0|requirecert|0|serverid|127.0.0.1:2535|namaddr|"
    "[192.0.2.1]:40162|cipher_grade|medium|cipher_exclusions||mdalg|sha256|trace_size_limit|0|trace_peer|||");
const std::string request_e =
    wire("remote_endpoint|[192.0.2.1]:40162|flags|1|timeout|300|timeout|300|serverid|127.0.0.1:2535||") + settings_e;

// 3.7.11, smtp(8), composed: a few of the many attributes of its second list.
const std::string request_client = wire(
    "remote_endpoint|[127.0.0.1]:2526|flags|6|timeout|300|timeout|600|serverid|smtp||"
    "config_file|default|config_name||tls_high_cipherlist|aNULL:-aNULL:HIGH:@STRENGTH|dane|0||");

HandoffReader read(Generation generation, std::string_view bytes) {
  HandoffReader reader(generation);
  reader.feed(bytes);
  return reader;
}

std::vector<std::pair<Generation, std::string>> examples() {
  return {{Generation::a, request_a}, {Generation::b, request_b},      {Generation::c, request_c},
          {Generation::d, request_c}, {Generation::d, request_client}, {Generation::e, request_e}};
}

TEST(Handoff, octets_have_the_recorded_sizes) {
  EXPECT_EQ(request_b.size(), 71U);
  EXPECT_EQ(greeting(Generation::d).size(), 28U);
  EXPECT_EQ(status(true).size(), 10U);
}

TEST(Handoff, generation_a_has_one_limit_and_no_service) {
  const auto reader = read(Generation::a, request_a);
  ASSERT_EQ(reader.state(), State::done);
  const Handoff& handoff = reader.handoff();
  EXPECT_EQ(handoff.remote_endpoint, "[192.0.2.1]:40162");
  EXPECT_EQ(handoff.role(), Role::server);
  EXPECT_EQ(handoff.handshake_limit, 300s);
  EXPECT_EQ(handoff.session_limit, 300s);
  EXPECT_EQ(handoff.service, "");
}

TEST(Handoff, generation_b_names_the_service_server_id) {
  const auto reader = read(Generation::b, request_b);
  ASSERT_EQ(reader.state(), State::done);
  EXPECT_EQ(reader.handoff().remote_endpoint, "[127.0.0.1]:49568");
  EXPECT_EQ(reader.handoff().service, "smtpd");
  EXPECT_EQ(reader.handoff().session_limit, 300s);
}

TEST(Handoff, generations_c_and_d_have_two_limits) {
  for (const Generation generation : {Generation::c, Generation::d}) {
    const auto reader =
        read(generation, wire("remote_endpoint|[2001:db8::1]:9|flags|1|timeout|5|timeout|7|serverid|smtpd||"));
    ASSERT_EQ(reader.state(), State::done);
    EXPECT_EQ(reader.handoff().handshake_limit, 5s);
    EXPECT_EQ(reader.handoff().session_limit, 7s);
    EXPECT_EQ(reader.handoff().service, "smtpd");
    EXPECT_FALSE(reader.handoff().wants_context());
    EXPECT_TRUE(reader.handoff().settings.empty());
  }
}

TEST(Handoff, generation_e_carries_52_settings) {
  const auto reader = read(Generation::e, request_e);
  ASSERT_EQ(reader.state(), State::done) << reader.fault();
  EXPECT_EQ(reader.handoff().service, "127.0.0.1:2535");
  EXPECT_EQ(reader.handoff().settings.size(), 52U);
  EXPECT_EQ(*find(reader.handoff().settings, "cipher_grade"), "medium");
  EXPECT_EQ(reader.handoff().session_limit, 300s);
}

TEST(Handoff, generation_e_waits_for_its_second_list) {
  const std::string first = request_e.substr(0, request_e.size() - settings_e.size());
  EXPECT_EQ(read(Generation::e, first).state(), State::need_more);
}

TEST(Handoff, generation_e_probe_has_no_second_list) {
  const auto reader = read(Generation::e, wire("remote_endpoint|x|flags|9|timeout|300|timeout|300|serverid|smtpd||"));
  ASSERT_EQ(reader.state(), State::done);
  EXPECT_TRUE(reader.handoff().probe());
  EXPECT_EQ(reader.handoff().role(), Role::server);
}

TEST(Handoff, generation_e_skips_attributes_it_does_not_know) {
  const auto reader = read(
      Generation::e, wire("new_first|1|remote_endpoint|x|new|2|flags|1|timeout|3|timeout|4|serverid|s|newest|5|||"));
  ASSERT_EQ(reader.state(), State::done) << reader.fault();
  EXPECT_EQ(reader.handoff().session_limit, 4s);
  EXPECT_TRUE(reader.handoff().settings.empty());
}

TEST(Handoff, a_client_role_request_is_read_with_both_its_lists) {
  for (const Generation generation : {Generation::c, Generation::d, Generation::e}) {
    HandoffReader reader(generation);
    EXPECT_EQ(reader.feed(request_client + "rest"), request_client.size());
    ASSERT_EQ(reader.state(), State::done) << reader.fault();
    EXPECT_EQ(reader.handoff().role(), Role::client);
    EXPECT_TRUE(reader.handoff().wants_context());
    EXPECT_EQ(*find(reader.handoff().settings, "dane"), "0");
  }
}

TEST(Handoff, roles_come_from_the_flags) {
  Handoff handoff;
  const std::pair<std::int32_t, Role> roles[] = {
      {0, Role::none},   {1, Role::server}, {2, Role::client}, {3, Role::both},  {4, Role::none},
      {5, Role::server}, {6, Role::client}, {8, Role::none},   {-1, Role::both},
  };
  for (const auto& [flags, role] : roles) {
    handoff.flags = flags;
    EXPECT_EQ(handoff.role(), role) << flags;
  }
}

TEST(Handoff, requests_without_a_single_role_end_after_the_first_list) {
  for (const char* flags : {"0", "3", "7", "4294967295"}) {
    const auto reader = read(
        Generation::e, wire("remote_endpoint|x|flags|" + std::string(flags) + "|timeout|1|timeout|1|serverid|s||"));
    EXPECT_EQ(reader.state(), State::done) << flags;
  }
}

TEST(Handoff, torn_at_every_byte_reads_the_same) {
  for (const auto& [generation, bytes] : examples()) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      HandoffReader reader(generation);
      ASSERT_EQ(reader.feed(bytes.substr(0, cut)), cut);
      ASSERT_EQ(reader.state(), State::need_more) << cut;
      ASSERT_EQ(reader.feed(bytes.substr(cut) + "behind"), bytes.size() - cut);
      ASSERT_EQ(reader.state(), State::done);
    }
  }
}

TEST(Handoff, what_is_written_is_what_was_read) {
  for (const auto& [generation, bytes] : examples()) {
    const auto reader = read(generation, bytes);
    ASSERT_EQ(reader.state(), State::done);
    EXPECT_EQ(encode(reader.handoff(), generation), bytes);
  }
}

// A wrong guess of the generation must say so at once: without it both sides wait ten seconds.
TEST(Handoff, a_request_of_another_generation_is_a_fault_that_names_both) {
  EXPECT_EQ(read(Generation::d, request_b).fault(), "attribute server_id where Postfix 3.6-3.11 has timeout");
  EXPECT_EQ(read(Generation::b, request_c).fault(), "attribute timeout where Postfix 2.9-3.3 has server_id");
  EXPECT_EQ(read(Generation::b, request_a).fault(), "no attribute server_id, which Postfix 2.9-3.3 sends");
  EXPECT_EQ(read(Generation::a, request_b).fault(), "attribute server_id where Postfix 2.8 has the end");
  EXPECT_EQ(read(Generation::e, request_b).fault(), "no attribute timeout, which Postfix 3.12 sends");
}

TEST(Handoff, malformed_requests_are_refused) {
  const std::string bad[] = {
      "|",                                                             // empty list
      "flags|1|remote_endpoint|x|timeout|1|timeout|1|serverid|s||",    // another order
      "remote_endpoint|x|flags|one|timeout|1|timeout|1|serverid|s||",  // no number
      "remote_endpoint|x|flags||timeout|1|timeout|1|serverid|s||",
      "remote_endpoint|x|flags|1|timeout|-1|timeout|1|serverid|s||",
      "remote_endpoint|x|flags|1|timeout|4294967295|timeout|1|serverid|s||",  // negative
      "remote_endpoint|x|flags|1|timeout|1|timeout|4294967295|serverid|s||",
      "remote_endpoint|x|flags|1|timeout|1|timeout|99999999999|serverid|s||",
      "remote_endpoint|x|flags|1|timeout|1|timeout|1|serverid|s|extra|1||",
      "remote_endpoint|x|flags|1|timeout|1|timeout|1||",
      "{|",
  };
  for (const std::string& text : bad) {
    const auto reader = read(Generation::d, wire(text));
    EXPECT_EQ(reader.state(), State::fault) << text;
    EXPECT_FALSE(reader.fault().empty());
  }
}

TEST(Handoff, threat_38_a_fault_text_is_printable) {
  EXPECT_THAT(read(Generation::d, wire("\n\x1b[2J|x||")).fault(), HasSubstr("\\x0a\\x1b[2J"));
}

TEST(Handoff, threat_52_an_endless_second_list_is_refused) {
  HandoffReader reader(Generation::e);
  reader.feed(request_e.substr(0, request_e.size() - settings_e.size()));
  reader.feed(std::string(list_limit, 'x'));
  EXPECT_EQ(reader.state(), State::fault);
  EXPECT_EQ(reader.feed("more"), 0U);
}

TEST(Handoff, only_the_newer_generations_are_greeted) {
  for (const Generation generation : all) {
    const bool greets = generation == Generation::d || generation == Generation::e;
    EXPECT_EQ(greeting(generation), greets ? wire("protocol|tlsproxy_protocol||") : "");
  }
}

TEST(Handoff, status_is_one_number) {
  EXPECT_EQ(status(true), wire("status|1||"));
  EXPECT_EQ(status(false), wire("status|0||"));
}

TEST(Generations, follow_the_installed_version) {
  const std::pair<const char*, Generation> versions[] = {
      {"2.8.0", Generation::a},
      {"2.8.20", Generation::a},
      {"2.9.0", Generation::b},
      {"2.11.11", Generation::b},
      {"3.0.15", Generation::b},
      {"3.3.22", Generation::b},
      {"3.4.0", Generation::c},
      {"3.5.27", Generation::c},
      {"3.6.0", Generation::d},
      {"3.7.11", Generation::d},
      {"3.10.4", Generation::d},
      {"3.11.6", Generation::d},
      {"3.12-20260301", Generation::d},
      {"3.12-20260422", Generation::d},
      {"3.12-20260423", Generation::e},
      {"3.12-20260821", Generation::e},
      {"3.12-20260821-nonprod", Generation::e},
      {"3.12.0", Generation::e},
      {"3.13-20270101", Generation::e},
      {"4.0.0", Generation::e},
      {"2.7.1", Generation::a},
  };
  for (const auto& [text, generation] : versions) {
    const auto version = Version::parse(text);
    ASSERT_TRUE(version) << text;
    EXPECT_EQ(generation_of(*version), generation) << text;
  }
}

TEST(Versions, are_numbers_with_a_snapshot) {
  const auto version = Version::parse("3.12-20260821");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->minor_number, 12);
  EXPECT_EQ(version->snapshot, 20260821);
  EXPECT_EQ(Version::parse("3.7.11")->patch, 11);
  EXPECT_EQ(Version::parse("3.7-RC1")->snapshot, 0);
  EXPECT_TRUE(version->at_least(3, 9));
  EXPECT_FALSE(version->at_least(3, 12, 1));
  for (const std::string bad :
       {"", "3", "3.", ".7", "3.x", "3.7.11.1", "postfix 3.7", "3.99999", "-1.2", "3.7 ", "$x.1"}) {
    EXPECT_FALSE(Version::parse(bad)) << bad;
  }
  EXPECT_FALSE(Version::parse("3.7-" + std::string(200, 'x')));
}

}  // namespace
}  // namespace postfix
