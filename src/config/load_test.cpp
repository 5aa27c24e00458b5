// Where values come from: precedence, origins, files and conf.d, environment, and the text `ehlock check` prints.

#include "config/load.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/scratch_folder.hpp"
#include "config/serve_options.hpp"

namespace config {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Arguments = std::vector<std::string>;

const Arguments minimal{"--listen",   "127.0.0.1:2525", "--backend", "127.0.0.1:10025",
                        "--identity", "proxy-v1",       "--cert",    "cert.pem"};

Arguments minimal_and(Arguments more) {
  more.insert(more.begin(), minimal.begin(), minimal.end());
  return more;
}

Loaded loaded(const Arguments& arguments, const Environment& environment = {}) {
  auto result = load_serve(arguments, environment);
  EXPECT_TRUE(result) << result.error().text;
  return result ? std::move(*result) : Loaded{};
}

std::string fault(const Arguments& arguments, const Environment& environment = {}) {
  const auto result = load_serve(arguments, environment);
  EXPECT_FALSE(result);
  return result ? "" : result.error().text;
}

Setting setting(const Loaded& loaded, const std::string& name) {
  const auto found = std::find_if(loaded.settings.begin(), loaded.settings.end(),
                                  [&](const Setting& each) { return each.name == name; });
  return found == loaded.settings.end() ? Setting{} : *found;
}

const std::string minimal_file = R"(listen = [":25"]
backend = "127.0.0.1:10025"
identity = "proxy-v2"
cert = "cert.pem"
)";

TEST(Load, takes_the_shortest_command_line_that_makes_sense) {
  const ServePlan plan = loaded(minimal).plan;
  ASSERT_EQ(plan.listeners.size(), 1U);
  EXPECT_EQ(plan.listeners[0].endpoint.text(), "127.0.0.1:2525");
  EXPECT_EQ(plan.listeners[0].door, Door::starttls);
  EXPECT_EQ(plan.backend->text(), "127.0.0.1:10025");
  EXPECT_EQ(plan.identity, session::Identity::proxy_v1);
  ASSERT_EQ(plan.certificates.size(), 1U);
  EXPECT_EQ(plan.certificates[0].chain, "cert.pem");
  EXPECT_EQ(plan.certificates[0].key, "");
}

TEST(Load, has_the_defaults_of_the_plan) {
  const ServePlan plan = loaded(minimal).plan;
  const ServePlan fresh;
  EXPECT_EQ(plan.limits.command, fresh.limits.command);
  EXPECT_EQ(plan.limits.data, fresh.limits.data);
  EXPECT_EQ(plan.limits.handshake, fresh.limits.handshake);
  EXPECT_EQ(plan.limits.proxy, fresh.limits.proxy);
  EXPECT_EQ(plan.limits.connect, fresh.limits.connect);
  EXPECT_EQ(plan.limits.greeting, fresh.limits.greeting);
  EXPECT_EQ(plan.limits.reply, fresh.limits.reply);
  EXPECT_EQ(plan.limits.policy, fresh.limits.policy);
  EXPECT_EQ(plan.limits.program, fresh.limits.program);
  EXPECT_EQ(plan.drain, fresh.drain);
  EXPECT_EQ(plan.dialog.max_line, fresh.dialog.max_line);
  EXPECT_EQ(plan.dialog.max_reply, fresh.dialog.max_reply);
  EXPECT_EQ(plan.dialog.max_errors, fresh.dialog.max_errors);
  EXPECT_EQ(plan.dialog.max_commands, fresh.dialog.max_commands);
  EXPECT_EQ(plan.dialog.max_recipients, fresh.dialog.max_recipients);
  EXPECT_EQ(plan.dialog.bare_newline, smtp::BareNewline::reject);
  EXPECT_TRUE(plan.dialog.chunking);
  EXPECT_TRUE(plan.tls.tickets);
  EXPECT_EQ(plan.tls.min_version, tls::Version::tls1_2);
  EXPECT_EQ(plan.tls.max_version, tls::Version::tls1_3);
  EXPECT_EQ(plan.jail, fresh.jail);
  EXPECT_EQ(plan.workers, fresh.workers);
  EXPECT_EQ(plan.signers, fresh.signers);
  EXPECT_EQ(plan.clients.counts.connections, fresh.clients.counts.connections);
  EXPECT_EQ(plan.clients.counts.client_connections, fresh.clients.counts.client_connections);
  EXPECT_EQ(plan.clients.counts.client_rate.count, 0U);
  EXPECT_EQ(plan.clients.counts.handshakes, fresh.clients.counts.handshakes);
  EXPECT_EQ(plan.clients.ipv4_prefix, fresh.clients.ipv4_prefix);
  EXPECT_EQ(plan.clients.ipv6_prefix, fresh.clients.ipv6_prefix);
  EXPECT_EQ(plan.clients.early_talker, fresh.clients.early_talker);
  EXPECT_EQ(plan.max_programs, fresh.max_programs);
  EXPECT_EQ(plan.policy_fail, fresh.policy_fail);
}

TEST(Load, keeps_both_kinds_of_listener_by_repetition_and_commas) {
  const Loaded all = loaded(minimal_and({"--listen", "[::1]:2525,unix:/run/ehlock", "--listen-tls", "127.0.0.1:2465"}));
  std::vector<std::string> starttls;
  std::vector<std::string> implicit;
  for (const Listener& each : all.plan.listeners) {
    (each.door == Door::starttls ? starttls : implicit).push_back(each.endpoint.text());
  }
  EXPECT_THAT(starttls, ElementsAre("127.0.0.1:2525", "[::1]:2525", "unix:/run/ehlock"));
  EXPECT_THAT(implicit, ElementsAre("127.0.0.1:2465"));
}

TEST(Load, gives_keys_to_certificates_in_their_order) {
  const ServePlan plan = loaded(minimal_and({"--key", "key.pem", "--cert", "rsa.pem"})).plan;
  ASSERT_EQ(plan.certificates.size(), 2U);
  EXPECT_EQ(plan.certificates[0].key, "key.pem");
  EXPECT_EQ(plan.certificates[1].chain, "rsa.pem");
  EXPECT_EQ(plan.certificates[1].key, "");
}

TEST(Load, takes_a_program_and_its_arguments_as_they_are) {
  const ServePlan plan = loaded({"--listen", ":25", "--cert", "c", "--user", "mail", "--", "/usr/sbin/exim4", "-bs",
                                 "--listen", "a,b", ""})
                             .plan;
  EXPECT_THAT(plan.program, ElementsAre("/usr/sbin/exim4", "-bs", "--listen", "a,b", ""));
  EXPECT_FALSE(plan.backend);
}

TEST(Load, negated_flags_switch_off_and_can_be_taken_back) {
  EXPECT_FALSE(loaded(minimal_and({"--no-chunking"})).plan.dialog.chunking);
  EXPECT_TRUE(loaded(minimal_and({"--no-chunking=false"})).plan.dialog.chunking);
  EXPECT_FALSE(loaded(minimal_and({"--no-tickets"})).plan.tls.tickets);
  EXPECT_FALSE(loaded(minimal, {.variables = {{"EHLOCK_NO_TICKETS", "yes"}}}).plan.tls.tickets);
  EXPECT_TRUE(loaded(minimal_and({"--require-tls"})).plan.dialog.require_tls);
}

TEST(Precedence, is_defaults_file_drop_ins_environment_command_line) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file + "workers = 2\n");
  EXPECT_EQ(loaded({"--config", file}).plan.workers, 2U);
  (void)folder.file("conf.d/10.toml", "workers = 3");
  EXPECT_EQ(loaded({"--config", file}).plan.workers, 3U);
  const Environment environment{.variables = {{"EHLOCK_WORKERS", "4"}}};
  EXPECT_EQ(loaded({"--config", file}, environment).plan.workers, 4U);
  EXPECT_EQ(loaded({"--config", file, "--workers", "5"}, environment).plan.workers, 5U);
  EXPECT_EQ(loaded({"--workers", "5", "--config", file, "--workers=6"}, environment).plan.workers, 6U);
}

TEST(Precedence, replaces_whole_lists) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file + "listen_tls = [\":465\"]\n");
  const ServePlan plan = loaded({"--config", file, "--listen", "127.0.0.1:2525"}).plan;
  ASSERT_EQ(plan.listeners.size(), 2U);
  EXPECT_EQ(plan.listeners[0].endpoint.text(), ":465");
  EXPECT_EQ(plan.listeners[1].endpoint.text(), "127.0.0.1:2525");
}

TEST(Precedence, drop_ins_are_read_in_the_order_of_their_names) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file);
  (void)folder.file("conf.d/20-b.toml", "workers = 20");
  (void)folder.file("conf.d/10-a.toml", "workers = 10\nsigners = 2");
  (void)folder.file("conf.d/99.toml.bak", "workers = 99");
  (void)folder.file("conf.d/.98.toml", "workers = 98");
  const Loaded all = loaded({"--config", file});
  EXPECT_EQ(all.plan.workers, 20U);
  EXPECT_EQ(all.plan.signers, 2U);
  EXPECT_EQ(setting(all, "workers").origin, folder.path() + "/conf.d/20-b.toml:1:11");
}

TEST(Precedence, a_drop_in_can_take_back_what_the_file_says) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file + "policy = \"127.0.0.1:10023\"\n");
  (void)folder.file("conf.d/1.toml",
                    "policy = \"\"\nbackend = \"\"\nidentity = \"\"\nprogram = [\"/bin/p\"]\nuser = \"m\"");
  const ServePlan plan = loaded({"--config", file}).plan;
  EXPECT_FALSE(plan.policy);
  EXPECT_FALSE(plan.backend);
  EXPECT_THAT(plan.program, ElementsAre("/bin/p"));
}

TEST(Origins, name_the_place_the_variable_or_the_flag) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file + "\n[timeout]\ndata = \"3m\"\n");
  const Loaded all =
      loaded({"--config", file, "--timeout-reply", "7m"}, {.variables = {{"EHLOCK_TIMEOUT_PROXY", "9s"}}});
  EXPECT_EQ(setting(all, "timeout.data").origin, file + ":7:8");
  EXPECT_EQ(setting(all, "timeout.data").value, "\"3m\"");
  EXPECT_EQ(setting(all, "timeout.reply").origin, "--timeout-reply");
  EXPECT_EQ(setting(all, "timeout.proxy").origin, "EHLOCK_TIMEOUT_PROXY");
  EXPECT_EQ(setting(all, "timeout.command").origin, "default");
  EXPECT_EQ(all.plan.limits.data, seconds(180));
  EXPECT_EQ(all.plan.limits.reply, seconds(420));
  EXPECT_EQ(all.plan.limits.proxy, seconds(9));
}

TEST(Environment, can_say_everything) {
  const Loaded all = loaded({}, {.variables = {{"EHLOCK_LISTEN", ":25, [::1]:2525"},
                                               {"EHLOCK_PROGRAM", "/usr/sbin/exim4 -bs  -oX 1,2"},
                                               {"EHLOCK_PROGRAM_USER", "mail"},
                                               {"EHLOCK_CERT", "a.pem,b.pem"},
                                               {"EHLOCK_POLICY", ""},
                                               {"HOME", "/"}}});
  EXPECT_EQ(all.plan.listeners.size(), 2U);
  EXPECT_THAT(all.plan.program, ElementsAre("/usr/sbin/exim4", "-bs", "-oX", "1,2"));
  EXPECT_EQ(all.plan.certificates.size(), 2U);
}

TEST(Environment, can_name_the_file) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file);
  EXPECT_EQ(loaded({}, {.variables = {{"EHLOCK_CONFIG", file}}}).plan.identity, session::Identity::proxy_v2);
}

TEST(Environment, unknown_variables_are_refused_only_when_they_look_like_a_known_one) {
  EXPECT_THAT(fault(minimal, {.variables = {{"EHLOCK_WORKER", "2"}}}),
              HasSubstr("EHLOCK_WORKER: unknown variable; did you mean \"EHLOCK_WORKERS\"?"));
  // What Kubernetes makes for a service of that name, and what the tests are started with.
  (void)loaded(minimal, {.variables = {{"EHLOCK_SERVICE_HOST", "10.0.0.1"},
                                       {"EHLOCK_SERVICE_PORT", "25"},
                                       {"EHLOCK_SERVICE_PORT_SMTP", "25"},
                                       {"EHLOCK_PORT", "tcp://10.0.0.1:25"},
                                       {"EHLOCK_PORT_25_TCP", "tcp://10.0.0.1:25"},
                                       {"EHLOCK_PORT_25_TCP_PROTO", "tcp"},
                                       {"EHLOCK_PORT_25_TCP_PORT", "25"},
                                       {"EHLOCK_PORT_25_TCP_ADDR", "10.0.0.1"},
                                       {"EHLOCK_SOURCE", "/x"},
                                       {"EHLOCK_TEST_BIN", "/x"}}});
}

TEST(Environment, of_the_process_has_its_variables_and_a_host_name) {
  const Environment environment = process_environment();
  EXPECT_TRUE(environment.variables.contains("PATH"));
  EXPECT_FALSE(environment.host_name.empty());
}

TEST(Derived, the_name_is_that_of_the_host) {
  EXPECT_EQ(loaded(minimal, {.host_name = "mx.example"}).plan.dialog.name, "mx.example");
  EXPECT_EQ(loaded(minimal_and({"--name", "a.example"}), {.host_name = "mx.example"}).plan.dialog.name, "a.example");
  EXPECT_EQ(loaded(minimal_and({"--name", "[192.0.2.1]"})).plan.dialog.name, "[192.0.2.1]");
}

TEST(Derived, proxy_v2_tls_connects_to_the_backend_again_unless_told_otherwise) {
  EXPECT_EQ(loaded(minimal).plan.dialog.on_starttls, smtp::OnStarttls::reset);
  EXPECT_EQ(loaded(minimal_and({"--identity", "proxy-v2-tls"})).plan.dialog.on_starttls, smtp::OnStarttls::reconnect);
  EXPECT_EQ(loaded(minimal_and({"--identity", "proxy-v2-tls", "--on-starttls", "reset"})).plan.dialog.on_starttls,
            smtp::OnStarttls::reset);
  EXPECT_EQ(loaded(minimal_and({"--on-starttls", "reconnect"})).plan.dialog.on_starttls, smtp::OnStarttls::reconnect);
}

TEST(Derived, a_policy_service_is_asked_at_rcpt_unless_told_otherwise) {
  EXPECT_TRUE(loaded(minimal).plan.dialog.policy_stages.empty());
  EXPECT_THAT(loaded(minimal_and({"--policy", "127.0.0.1:10023"})).plan.dialog.policy_stages,
              ElementsAre(smtp::PolicyStage::rcpt));
  EXPECT_THAT(
      loaded(minimal_and({"--policy", "unix:/p", "--policy-at", "mail,end-of-message"})).plan.dialog.policy_stages,
      ElementsAre(smtp::PolicyStage::mail, smtp::PolicyStage::end_of_message));
}

TEST(EffectiveText, says_where_each_value_came_from) {
  const std::string text = effective_text(loaded(minimal_and({"--no-chunking", "--workers", "007"})));
  EXPECT_THAT(text, HasSubstr("backend = \"127.0.0.1:10025\""));
  EXPECT_THAT(text, HasSubstr("listen = [\"127.0.0.1:2525\"]                   # --listen\n"));
  EXPECT_THAT(text, HasSubstr("chunking = false                              # --no-chunking\n"));
  EXPECT_THAT(text, HasSubstr("workers = 7  "));
  EXPECT_THAT(text, HasSubstr("timeout.data = \"10m\""));
  EXPECT_THAT(text, HasSubstr("# policy is not set: nobody is asked\n"));
}

TEST(EffectiveText, can_be_loaded_again_and_means_the_same) {
  const Loaded first = loaded({"--listen", ":25", "--cert", "a \"b\\c.pem", "--user", "mail", "--max-line", "4k",
                               "--policy", "unix:/p", "--", "/p", "x y", ""});
  const auto second = load_text(effective_text(first), "effective", {});
  ASSERT_TRUE(second) << second.error().text;
  ASSERT_EQ(first.settings.size(), second->settings.size());
  for (std::size_t i = 0; i < first.settings.size(); ++i) {
    EXPECT_EQ(first.settings[i].value, second->settings[i].value) << first.settings[i].name;
  }
}

TEST(Load, reads_the_file_anew_each_time) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", minimal_file + "workers = 2\n");
  EXPECT_EQ(loaded({"--config", file}).plan.workers, 2U);
  (void)folder.file("ehlock.toml", minimal_file + "workers = 8\n");
  EXPECT_EQ(loaded({"--config", file}).plan.workers, 8U);
}

}  // namespace
}  // namespace config
