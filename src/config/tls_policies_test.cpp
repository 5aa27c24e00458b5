// Named TLS policies and the rules that choose them, as a file says them.
#include "config/tls_policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/scratch_folder.hpp"

namespace config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Six lines.
const std::string plain =
    "listen = ['127.0.0.1:2525', ':587']\nlisten_tls = ['127.0.0.1:2465']\nbackend = 'b.example:25'\n"
    "identity = 'none'\ncert = 'c'\ntls.ciphersuites = 'TLS_AES_128_GCM_SHA256'\n";

const std::string printers = "[tls_policy.printers]\nmin = 'TLSv1.0'\ntickets = false\nauth_before_tls = true\n";
const std::string rule = "[[match]]\nnetwork = ['127.0.0.2/32', '2001:db8::/32']\ntls_policy = 'printers'\n";

Loaded loaded(const std::string& text, const Environment& environment = {}) {
  auto result = load_text(plain + text, "f.toml", environment);
  EXPECT_TRUE(result) << result.error().text;
  return result ? std::move(*result) : Loaded{};
}

std::string fault(const std::string& text) {
  const auto result = load_text(plain + text, "f.toml", {});
  return result ? "" : result.error().text;
}

TEST(TlsPolicies, are_the_plain_options_with_their_changes) {
  const ServePlan plan = loaded(printers + rule).plan;
  ASSERT_EQ(plan.tls_policies.size(), 1U);
  const TlsPolicy& policy = plan.tls_policies[0];
  EXPECT_EQ(policy.name, "printers");
  EXPECT_EQ(policy.tls.min_version, tls::Version::tls1_0);
  EXPECT_EQ(policy.tls.max_version, tls::Version::tls1_3);
  EXPECT_EQ(policy.tls.ciphersuites, "TLS_AES_128_GCM_SHA256");
  EXPECT_FALSE(policy.tls.tickets);
  EXPECT_TRUE(policy.auth_before_tls);
  EXPECT_EQ(plan.tls.min_version, tls::Version::tls1_2);
  EXPECT_TRUE(plan.tls.tickets);
  EXPECT_FALSE(plan.dialog.auth_before_tls);
  ASSERT_EQ(plan.tls_rules.size(), 1U);
  EXPECT_EQ(tls_policy_for(plan.tls_rules, *os::SocketAddress::ip("127.0.0.2", 1), 0), 1U);
  EXPECT_EQ(tls_policy_for(plan.tls_rules, *os::SocketAddress::ip("127.0.0.1", 1), 0), 0U);
}

TEST(TlsPolicies, take_over_what_every_source_says_of_the_plain_options) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", plain + printers + rule);
  const auto result = load_serve({"--config", file, "--tls-max", "TLSv1.2"}, {});
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->plan.tls_policies.at(0).tls.max_version, tls::Version::tls1_2);
}

TEST(TlsPolicies, of_several_files_join_key_by_key_and_rules_one_behind_the_other) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", plain + printers + rule);
  (void)folder.file("conf.d/10.toml",
                    "tls_policy.printers.min = 'TLSv1.1'\nmatch = [{listener = ':587', tls_policy = 'printers'}]");
  const auto result = load_serve({"--config", file}, {});
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->plan.tls_policies.at(0).tls.min_version, tls::Version::tls1_1);
  EXPECT_FALSE(result->plan.tls_policies.at(0).tls.tickets);
  EXPECT_EQ(result->plan.tls_rules.size(), 2U);
}

TEST(TlsPolicies, listeners_are_named_as_they_listen_or_by_port) {
  const auto listeners = [](const std::string& text) {
    return loaded(printers + "[[match]]\nlistener = " + text + "\ntls_policy = 'printers'\n")
        .plan.tls_rules.at(0)
        .listeners;
  };
  EXPECT_THAT(listeners("'127.0.0.1:2525'"), ElementsAre(0));
  EXPECT_THAT(listeners("[':587', ':2465']"), ElementsAre(1, 2));
}

TEST(TlsPolicies, the_plain_options_can_be_chosen_before_a_wider_rule) {
  const ServePlan plan =
      loaded(printers +
             "[[match]]\nnetwork = '10.0.0.1'\ntls_policy = 'default'\n[[match]]\nnetwork = '10.0.0.0/8'\n"
             "tls_policy = 'printers'\n")
          .plan;
  EXPECT_EQ(plan.tls_rules.at(0).policy, 0U);
  EXPECT_EQ(plan.tls_rules.at(1).policy, 1U);
}

TEST(TlsPolicies, client_keys_are_fingerprints_with_or_without_colons) {
  const std::string digits(62, '0');
  const ServePlan plan = loaded("tls.client_cert = 'require'\ntls.client_keys = ['AB" + digits + "']").plan;
  EXPECT_THAT(plan.tls.client_keys, ElementsAre("ab" + digits));
  EXPECT_THAT(fault("tls.client_keys = ['AB']"),
              StartsWith("f.toml:7:20: tls.client_keys: \"AB\": must be the SHA-256"));
}

TEST(TlsPolicies, faults_have_their_places_and_are_told_at_once) {
  EXPECT_EQ(
      fault("[tls_policy.old]\nmin = 'SSLv3'\nmni = 1\ntickets = 'no'\nlisten = ':1'\n"
            "[[match]]\nnetwork = ['10.0.0.1/8', '10.0.0.0/8']\ntls_policy = 'old'\n"
            "[[match]]\nnetwork = '10.0.0.0/8'\ntls_policy = 'odl'\n"
            "[[match]]\nlistener = ':26'\ntls_policy = 'old'\n"
            "[[match]]\nnetwrk = 'unix'\n[[match]]\ntls_policy = 'old'\n"),
      "f.toml:22:1: unknown key \"match.netwrk\"; did you mean \"network\"?\n"
      "f.toml:11:1: unknown key \"tls_policy.old.listen\"\n"
      "f.toml:9:1: unknown key \"tls_policy.old.mni\"\n"
      "f.toml:10:11: tls_policy.old.tickets: wants true or false, not a text\n"
      "f.toml:8:7: tls_policy.old.min: \"SSLv3\": must be one of TLSv1, TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3\n"
      "f.toml:13:12: match.network: \"10.0.0.1/8\": must be ADDRESS/BITS, an address, or unix (10.0.0.1/8: address "
      "bits are set behind the prefix; the network is 10.0.0.0/8)\n"
      "f.toml:17:14: match.tls_policy: \"odl\": there is no [tls_policy.odl]\n"
      "f.toml:19:12: match.listener: \":26\": there is no such listener\n"
      "f.toml:21:1: match: tls_policy is missing: which policy is chosen?\n"
      "f.toml:23:1: match: needs network or listener: whoever matches nothing has the plain options anyway");
}

TEST(TlsPolicies, shapes_that_are_no_policies_and_rules_are_told) {
  EXPECT_EQ(fault("tls_policy = 'x'"),
            "f.toml:7:14: tls_policy is a table of policies, like [tls_policy.NAME], not a text");
  EXPECT_EQ(fault("tls_policy.x = 1"), "f.toml:7:16: tls_policy.x is a table, like [tls_policy.x], not a number");
  EXPECT_EQ(fault("match = 1"), "f.toml:7:9: match is a list of tables, each begun by [[match]], not a number");
  EXPECT_EQ(fault("match = [1]"), "f.toml:7:10: match is a list of tables, each begun by [[match]], not of a number");
  EXPECT_THAT(fault("[tls_policy.'a b']"), HasSubstr("f.toml:7:13: tls_policy: \"a b\": a name is"));
  EXPECT_THAT(fault("[tls_policy.default]"), HasSubstr("f.toml:7:13: tls_policy.default: "));
}

TEST(TlsPolicies, contradictions_in_a_policy_are_told_there_and_those_of_the_plain_options_once) {
  EXPECT_EQ(fault("[tls_policy.a]\nmax = 'TLSv1.1'\n" + std::string("[[match]]\nnetwork='unix'\ntls_policy='a'")),
            "tls.min (default): the oldest version is newer than the newest (f.toml:8:7: tls_policy.a.max)");
  EXPECT_THAT(
      fault("[tls_policy.a]\nrequire_tls = true\nauth_before_tls = true\n"),
      StartsWith("f.toml:9:19: tls_policy.a.auth_before_tls: contradicts f.toml:8:15: tls_policy.a.require_tls"));
  EXPECT_THAT(fault("[tls_policy.a]\nclient_cert = 'require'\n"),
              StartsWith("f.toml:8:15: tls_policy.a.client_cert: needs --client-ca"));
  EXPECT_EQ(fault("require_tls = true\nauth_before_tls = true\n[tls_policy.a]\nmin='TLSv1.3'\n"),
            "f.toml:8:19: auth_before_tls: contradicts f.toml:7:15: require_tls: with TLS required nobody can "
            "authenticate before it");
}

TEST(TlsPolicies, a_policy_may_ask_for_no_certificate_where_the_plain_options_do) {
  const ServePlan plan = loaded(
                             "tls.client_cert = 'require'\ntls.client_ca = 'ca'\n[tls_policy.open]\nclient_cert = "
                             "'none'\n[[match]]\nnetwork = 'unix'\ntls_policy = 'open'\n")
                             .plan;
  EXPECT_EQ(plan.tls_policies.at(0).tls.client_certificate, tls::ClientCertificate::none);
}

TEST(TlsPolicies, two_rules_for_the_same_clients_are_a_fault) {
  EXPECT_EQ(fault(printers + rule + "[[match]]\nnetwork = '2001:db8:1::/48'\ntls_policy = 'default'\n"),
            "f.toml:14:1: match: never holds, since the rule at f.toml:11:1 is asked first and has all its clients");
}

TEST(TlsPolicies, a_policy_nobody_chooses_is_a_warning) {
  EXPECT_THAT(loaded(printers).warnings, ElementsAre("f.toml:7:13: tls_policy.printers: no [[match]] chooses it"));
  EXPECT_THAT(loaded(printers + rule).warnings, IsEmpty());
}

TEST(TlsPolicies, are_printed_with_origins_and_can_be_loaded_again) {
  const Loaded first = loaded(printers + "ciphersuites = ''\n" + rule);
  const std::string text = effective_text(first);
  EXPECT_THAT(text, AllOf(HasSubstr("\n[tls_policy.printers]                         # f.toml:7:13\n"),
                          HasSubstr("\nmin = \"TLSv1.0\"                               # f.toml:8:7\n"),
                          HasSubstr("\nciphersuites = \"\" "), HasSubstr("\n[[match]] "),
                          HasSubstr("\nnetwork = [\"127.0.0.2/32\", \"2001:db8::/32\"] ")));
  const auto second = load_text(text, "again", {});
  ASSERT_TRUE(second) << second.error().text << text;
  ASSERT_EQ(second->plan.tls_policies.size(), 1U);
  EXPECT_EQ(second->plan.tls_policies[0].tls.min_version, tls::Version::tls1_0);
  EXPECT_EQ(second->plan.tls_policies[0].tls.ciphersuites, "");
  EXPECT_EQ(second->plan.tls_rules.size(), 1U);
}

}  // namespace
}  // namespace config
