// Combinations that cannot be meant, and the words they are refused with.

#include "config/checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Arguments = std::vector<std::string>;

std::string fault(const Arguments& arguments, bool root = true) {
  const auto result = load_serve(arguments, {.root = root});
  return result ? "" : result.error().text;
}

Arguments whole_and(const Arguments& more) {
  Arguments all{"--listen", "192.0.2.1:25", "--backend", "b.example:25", "--identity", "none", "--cert", "c"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Arguments program_and(const Arguments& more, const std::string& program = "/bin/p") {
  Arguments all{"--listen", ":25", "--cert", "c"};
  all.insert(all.end(), more.begin(), more.end());
  all.insert(all.end(), {"--", program});
  return all;
}

TEST(CrossCheck, nothing_at_all_tells_everything_that_lacks) {
  EXPECT_THAT(fault({}), AllOf(HasSubstr("no listener: give --listen"), HasSubstr("no backend: give --backend"),
                               HasSubstr("no certificate: give --cert")));
}

TEST(CrossCheck, a_backend_and_a_program_exclude_each_other) {
  EXPECT_THAT(fault(whole_and({"--user", "m", "--", "/bin/p"})),
              HasSubstr("--backend: a backend and a program (--) are both given"));
}

TEST(CrossCheck, threat_9_backend_trusts_loopback_so_identity_must_be_chosen) {
  for (const char* backend : {"127.0.0.1:10025", "unix:/run/smtp", "mail.example:25"}) {
    const std::string text = fault({"--listen", ":25", "--cert", "c", "--backend", backend});
    EXPECT_THAT(text, StartsWith("--backend: identity is not chosen"));
    EXPECT_THAT(text, HasSubstr(backend));
    EXPECT_THAT(text, HasSubstr("127.0.0.1"));
    EXPECT_THAT(text, HasSubstr("relay"));
    for (const char* choice : {"proxy-v1 ", "proxy-v2 ", "proxy-v2-tls ", "xclient ", "none "}) {
      EXPECT_THAT(text, HasSubstr(choice));
    }
  }
}

TEST(CrossCheck, an_identity_that_was_mistyped_is_told_once) {
  EXPECT_THAT(fault({"--listen", ":25", "--cert", "c", "--backend", "b:25", "--identity", "no"}),
              AllOf(StartsWith("--identity: \"no\""), Not(HasSubstr("not chosen"))));
}

TEST(CrossCheck, a_program_gets_no_identity_but_its_environment) {
  EXPECT_THAT(fault(program_and({"--user", "m", "--identity", "none"})),
              StartsWith("--identity: a program gets the client's identity by its environment"));
}

TEST(CrossCheck, listeners_must_not_overlap) {
  const std::vector<std::pair<std::string, std::string>> overlapping{
      {":25", ":25"},     {":25", "127.0.0.1:25"},  {"0.0.0.0:25", "192.0.2.1:25"},     {"[::]:25", "[::1]:25"},
      {"[::]:25", ":25"}, {"mx.example:25", ":25"}, {"MX.example:25", "mx.example:25"}, {"unix:/a", "unix:/a"}};
  for (const auto& [a, b] : overlapping) {
    const Arguments rest{"--backend", "b.example:10025", "--identity", "none", "--cert", "c"};
    Arguments arguments{"--listen", a, "--listen-tls", b};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    EXPECT_EQ(fault(arguments), fmt::format("--listen-tls: {} and {} overlap", a, b));
  }
}

TEST(CrossCheck, metrics_are_not_where_clients_arrive) {
  Arguments arguments{"--listen", ":25", "--cert", "c", "--backend", "b:10025", "--identity", "none", "--metrics"};
  arguments.emplace_back("127.0.0.1:25");
  EXPECT_EQ(fault(arguments), "--metrics: 127.0.0.1:25 is where clients arrive (listen)");
  arguments.back() = "127.0.0.1:9925";
  EXPECT_EQ(fault(arguments), "");
  arguments.insert(arguments.end(), {"--admin-group", "adm"});
  EXPECT_EQ(fault(arguments), "--admin-group: has no effect without --admin unix:/PATH");
}

TEST(CrossCheck, listeners_that_only_look_alike_are_fine) {
  EXPECT_EQ(fault(whole_and({"--listen-tls", "192.0.2.1:465,[::]:25,192.0.2.2:25,unix:/a,unix:/b"})), "");
  EXPECT_EQ(fault(whole_and({"--listen", "127.0.0.1:0,127.0.0.1:0", "--listen-tls", "127.0.0.1:0"})), "");
  EXPECT_EQ(fault({"--listen", "0.0.0.0:25,[::]:25", "--backend", "b:25", "--identity", "none", "--cert", "c"}), "");
}

TEST(CrossCheck, the_backend_must_not_be_one_of_our_listeners) {
  const std::vector<std::pair<std::string, std::string>> loops{{":25", "127.0.0.1:25"},
                                                               {":25", "localhost:25"},
                                                               {"127.0.0.1:25", "localhost:25"},
                                                               {"[::]:25", "[::1]:25"},
                                                               {"mx.example:25", "mx.example:25"},
                                                               {"unix:/a", "unix:/a"}};
  for (const auto& [listener, backend] : loops) {
    EXPECT_THAT(fault({"--listen", listener, "--backend", backend, "--identity", "none", "--cert", "c"}),
                StartsWith("--backend: " + backend + " is one of our own listeners"))
        << listener;
  }
  EXPECT_EQ(fault({"--listen", ":25", "--backend", "b.example:25", "--identity", "none", "--cert", "c"}), "");
  EXPECT_EQ(fault({"--listen", "127.0.0.2:25", "--backend", "127.0.0.1:25", "--identity", "none", "--cert", "c"}), "");
}

TEST(CrossCheck, more_keys_than_certificates_are_refused) {
  EXPECT_EQ(fault(whole_and({"--key", "k"})), "");
  EXPECT_THAT(fault(whole_and({"--key", "k,l"})), StartsWith("--key: 2 keys for 1 certificates"));
}

TEST(CrossCheck, client_certificates_need_authorities_and_the_other_way_round) {
  EXPECT_EQ(fault(whole_and({"--client-cert", "ask", "--client-ca", "ca.pem"})), "");
  EXPECT_THAT(fault(whole_and({"--client-cert", "require"})), StartsWith("--client-cert: needs --client-ca"));
  EXPECT_THAT(fault(whole_and({"--client-ca", "ca.pem"})), StartsWith("--client-ca: has no effect"));
}

TEST(CrossCheck, the_oldest_tls_version_is_not_newer_than_the_newest) {
  EXPECT_EQ(fault(whole_and({"--tls-min", "TLSv1.3"})), "");
  EXPECT_THAT(fault(whole_and({"--tls-min", "TLSv1.3", "--tls-max", "TLSv1.2"})), StartsWith("--tls-min: "));
}

TEST(CrossCheck, a_program_cannot_be_connected_to_again) {
  EXPECT_EQ(fault(program_and({"--user", "m", "--on-starttls", "reset"})), "");
  EXPECT_THAT(fault(program_and({"--user", "m", "--on-starttls", "reconnect"})),
              StartsWith("--on-starttls: a program cannot be connected to again"));
}

TEST(CrossCheck, programs_never_run_as_root) {
  EXPECT_THAT(fault(program_and({})), StartsWith("--: programs are not run as root: give --program-user"));
  EXPECT_THAT(fault(program_and({"--program-user", "root"})),
              StartsWith("--program-user: programs are not run as root"));
  EXPECT_THAT(fault(program_and({"--program-user", "00", "--user", "m"})), StartsWith("--program-user: programs are"));
  EXPECT_EQ(fault(program_and({"--program-user", "mail"})), "");
  EXPECT_EQ(fault(program_and({"--user", "mail"})), "");
  EXPECT_EQ(fault(program_and({}), false), "");
}

TEST(CrossCheck, the_network_is_not_touched_as_root) {
  EXPECT_THAT(fault(whole_and({"--user", "root"})), StartsWith("--user: the processes that touch the network"));
}

TEST(CrossCheck, policy_stages_need_a_policy_service) {
  EXPECT_THAT(fault(whole_and({"--policy-at", "mail"})), StartsWith("--policy-at: has no effect without --policy"));
}

TEST(CrossCheck, required_tls_contradicts_passwords_in_clear) {
  EXPECT_THAT(fault(whole_and({"--require-tls", "--auth-before-tls"})), StartsWith("--auth-before-tls: contradicts"));
}

TEST(CrossCheck, faults_of_files_name_place_and_key) {
  const auto result =
      load_text("listen = ':25'\ncert = 'c'\nbackend = 'b:25'\nidentity = 'none'\npolicy_at = ['mail']", "f.toml", {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, StartsWith("f.toml:5:13: policy_at: has no effect without --policy"));
}

}  // namespace
}  // namespace config
