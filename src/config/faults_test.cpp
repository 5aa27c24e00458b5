// What is refused, and whether the text names the place, the name, the value and the way out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "config/option.hpp"
#include "config/scratch_folder.hpp"

namespace config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Arguments = std::vector<std::string>;

std::string fault(const Arguments& arguments, const Environment& environment = {}) {
  const auto result = load_serve(arguments, environment);
  return result ? "" : result.error().text;
}

std::string toml_fault(const std::string& toml) {
  const auto result = load_text(toml, "f.toml", {});
  return result ? "" : result.error().text;
}

Arguments whole_and(const Arguments& more) {
  Arguments all{"--listen", ":2525", "--backend", "b.example:25", "--identity", "none", "--cert", "c"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

const std::string whole_file = "listen = ':2525'\nbackend = 'b.example:25'\nidentity = 'none'\ncert = 'c'\n";

struct Bad {
  const char* flag;
  const char* key;
  const char* value;
  const char* told;
};

class BadValue : public testing::TestWithParam<Bad> {};

TEST_P(BadValue, on_the_command_line_is_told_with_flag_and_value) {
  const Bad& bad = GetParam();
  const std::string flag = std::string("--") + bad.flag;
  EXPECT_THAT(fault(whole_and({flag + "=" + bad.value})),
              AllOf(StartsWith(flag + ": \"" + bad.value + "\": "), HasSubstr(bad.told), Not(HasSubstr("\n"))));
}

TEST_P(BadValue, in_a_variable_is_told_with_its_name_and_value) {
  const Bad& bad = GetParam();
  const std::string variable = variable_of(Shape{.flag = bad.flag});
  EXPECT_THAT(fault(whole_and({}), {.variables = {{variable, bad.value}}}),
              AllOf(StartsWith(variable + ": \"" + bad.value + "\": "), HasSubstr(bad.told)));
}

TEST_P(BadValue, in_a_file_is_told_with_place_key_and_value) {
  const Bad& bad = GetParam();
  const std::string place = fmt::format("f.toml:1:{}: ", std::string(bad.key).size() + 4);
  EXPECT_THAT(toml_fault(fmt::format("{} = '{}'", bad.key, bad.value)),
              HasSubstr(fmt::format("{}{}: \"{}\": ", place, bad.key, bad.value)));
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadValue,
    testing::Values(
        Bad{"listen", "listen", "25", "HOST:PORT"}, Bad{"listen-tls", "listen_tls", "::1:465", "brackets"},
        Bad{"backend", "backend", ":25", "host is missing"}, Bad{"backend", "backend", "host:99999", "not a port"},
        Bad{"identity", "identity", "proxy-v3", "did you mean \"proxy-v"},
        Bad{"identity", "identity", "maybe", "none, proxy-v1, proxy-v2, proxy-v2-tls, xclient"},
        Bad{"on-starttls", "on_starttls", "restart", "reset, reconnect"},
        Bad{"accept-proxy", "accept_proxy", "10.0.0.1/33", "prefix"},
        Bad{"accept-proxy", "accept_proxy", "everybody", "ADDRESS/BITS"},
        Bad{"policy", "policy", "postgrey", "missing port"},
        Bad{"policy-at", "policy_at", "rcp", "did you mean \"rcpt\"?"},
        Bad{"policy-fail", "policy_fail", "close", "open, closed"}, Bad{"name", "name", "my host", "host's name"},
        Bad{"bare-newline", "bare_newline", "repair", "reject, pass"}, Bad{"tls-min", "tls.min", "SSLv3", "TLSv1.2"},
        Bad{"tls-max", "tls.max", "1.3", "TLSv1.3"}, Bad{"ciphers", "tls.ciphers", "A B", "names with :"},
        Bad{"client-cert", "tls.client_cert", "requir", "did you mean \"require\"?"},
        Bad{"timeout-data", "timeout.data", "30", "a unit"},
        Bad{"timeout-handshake", "timeout.handshake", "0s", "from 1s to 24h"},
        Bad{"timeout-drain", "timeout.drain", "25h", "from 1s to 24h"},
        Bad{"timeout-proxy", "timeout.proxy", "500ms", "a unit"},
        Bad{"max-connections", "max.connections", "0", "from 1 to"}, Bad{"max-errors", "max.errors", "-3", "from 0 to"},
        Bad{"max-line", "max.line", "100", "from 512 to 65536"},
        Bad{"workers", "workers", "257", "from 1 to 256, or auto"}, Bad{"signers", "signers", "many", "from 1 to 64"},
        Bad{"jail", "jail", "empty", "begins with /"}, Bad{"log", "log", "sysl0g", "did you mean \"syslog\"?"},
        Bad{"log-format", "log_format", "xml", "text, json"}));

TEST(Faults, a_switch_wants_true_or_false) {
  EXPECT_THAT(fault(whole_and({"--require-tls=maybe"})), StartsWith("--require-tls: \"maybe\": must be true or false"));
  EXPECT_THAT(fault(whole_and({"--no-chunking=maybe"})), StartsWith("--no-chunking: \"maybe\": must be true or false"));
  EXPECT_THAT(fault(whole_and({}), {.variables = {{"EHLOCK_NO_TICKETS", "maybe"}}}),
              StartsWith("EHLOCK_NO_TICKETS: \"maybe\": must be true or false"));
}

TEST(Faults, unknown_flags_name_the_nearest) {
  EXPECT_EQ(fault(whole_and({"--timeout-handshak", "3s"})),
            "--timeout-handshak: unknown option; did you mean \"--timeout-handshake\"?");
  EXPECT_EQ(fault(whole_and({"--entirely-different=1"})), "--entirely-different: unknown option");
  EXPECT_EQ(fault(whole_and({"-x"})), "-x: unknown option");
}

TEST(Faults, flags_without_value_and_words_without_flag_are_told) {
  EXPECT_EQ(fault(whole_and({"--workers", "--signers", "2"})), "--workers: needs a value (N)");
  EXPECT_EQ(fault(whole_and({"stray"})), "\"stray\": unexpected argument");
  EXPECT_THAT(fault(whole_and({"--"})), HasSubstr("--: a program must stand behind it"));
}

TEST(Faults, unknown_keys_name_the_nearest_with_their_place) {
  EXPECT_EQ(toml_fault(whole_file + "wokers = 2"), "f.toml:5:1: unknown key \"wokers\"; did you mean \"workers\"?");
  EXPECT_EQ(toml_fault(whole_file + "[timeout]\n  handshak = '3s'"),
            "f.toml:6:3: unknown key \"timeout.handshak\"; did you mean \"timeout.handshake\"?");
  EXPECT_EQ(toml_fault(whole_file + "[timeouts]\ndata = '3s'"),
            "f.toml:5:2: unknown key \"timeouts\"; did you mean \"timeout\"?");
}

TEST(Faults, the_name_of_a_flag_or_a_bare_last_part_leads_to_the_key) {
  EXPECT_THAT(toml_fault(whole_file + "listen-tls = ':465'"), HasSubstr("did you mean \"listen_tls\"?"));
  EXPECT_THAT(toml_fault(whole_file + "strict_sni = true"), HasSubstr("did you mean \"tls.strict_sni\"?"));
  EXPECT_THAT(toml_fault(whole_file + "'' = 1"), HasSubstr("unknown key \"\""));
}

TEST(Faults, wrong_types_are_told_with_their_place) {
  EXPECT_EQ(toml_fault(whole_file + "workers = 1.5"),
            "f.toml:5:11: workers: wants a number, not a number with a fraction");
  EXPECT_EQ(toml_fault(whole_file + "name = 5"), "f.toml:5:8: name: wants a text in quotes, not a number");
  EXPECT_EQ(toml_fault(whole_file + "require_tls = 'yes'"),
            "f.toml:5:15: require_tls: wants true or false, not a text");
  EXPECT_EQ(toml_fault(whole_file + "name = ['a']"), "f.toml:5:8: name: wants a text in quotes, not an array");
  EXPECT_EQ(toml_fault(whole_file + "accept_proxy = ['10.0.0.0/8', 1]"),
            "f.toml:5:31: accept_proxy: wants a text in quotes, not a number");
  EXPECT_EQ(toml_fault(whole_file + "user = { name = 'a' }"), "f.toml:5:8: user: wants a text in quotes, not a table");
  EXPECT_THAT(toml_fault(whole_file + "timeout = '5m'"), StartsWith("f.toml:5:11: timeout is a table, like "));
  EXPECT_THAT(toml_fault(whole_file + "timeout.data = 2020-01-01"), HasSubstr("wants a text in quotes, not a date"));
}

TEST(Faults, syntax_errors_have_a_place_and_nothing_is_said_to_lack_then) {
  EXPECT_THAT(toml_fault("listen = [\n"), AllOf(StartsWith("f.toml:"), Not(HasSubstr("listener"))));
  EXPECT_THAT(toml_fault("workers = 1\nworkers = 2\n"), StartsWith("f.toml:2:"));
  for (const char* text : {"[", "[\n", "[.]", "[=]", "[[\n", "[a.\n"}) {
    EXPECT_THAT(toml_fault(text), StartsWith("f.toml:")) << text;
  }
}

TEST(Faults, letters_beyond_ascii_are_fine_in_quotes_and_comments_only) {
  EXPECT_EQ(toml_fault(whole_file + "user = 'j\u00fcrgen' # \u00fc"), "");
  EXPECT_EQ(toml_fault(whole_file + "user = j\u00fcrgen"), "f.toml:5:9: characters beyond ASCII must stand in quotes");
}

TEST(Faults, each_wrong_word_of_a_list_is_told) {
  EXPECT_EQ(toml_fault("listen = [':25', 'a', 'b']\nbackend = 'x:1'\nidentity = 'none'\ncert = 'c'"),
            "f.toml:1:18: listen: \"a\": must be HOST:PORT, [IPv6]:PORT, :PORT or unix:/PATH (a: missing port)\n"
            "f.toml:1:23: listen: \"b\": must be HOST:PORT, [IPv6]:PORT, :PORT or unix:/PATH (b: missing port)");
}

TEST(Faults, of_all_sources_are_told_at_once) {
  const ScratchFolder folder;
  const std::string file = folder.file("ehlock.toml", whole_file + "wokers = 2\n");
  (void)folder.file("conf.d/a.toml", "log = 'paper'");
  (void)folder.file("conf.d/b.toml", "= 3");
  const std::string text =
      fault({"--config", file, "--timeout-data", "1", "--tls-mim", "x"}, {.variables = {{"EHLOCK_SIGNERS", "x"}}});
  EXPECT_THAT(text, AllOf(HasSubstr(file + ":5:1: unknown key \"wokers\""), HasSubstr("a.toml:1:7: log: \"paper\""),
                          HasSubstr("b.toml:1:1: "), HasSubstr("EHLOCK_SIGNERS: \"x\""),
                          HasSubstr("--timeout-data: \"1\""), HasSubstr("--tls-mim: unknown option")));
}

TEST(Faults, values_that_a_later_source_replaces_are_told_too) {
  EXPECT_THAT(fault(whole_and({"--workers", "2"}), {.variables = {{"EHLOCK_WORKERS", "x"}}}),
              StartsWith("EHLOCK_WORKERS: \"x\""));
}

TEST(Faults, a_file_that_is_not_there_is_named) {
  EXPECT_THAT(fault({"--config", "/nonexistent/ehlock.toml"}),
              AllOf(HasSubstr("/nonexistent/ehlock.toml: No such file"), Not(HasSubstr("no listener"))));
}

// Threat 38 (CWE-117): what is wrong is shown, but cannot write lines of its own.
TEST(Faults, control_characters_are_refused_and_shown_escaped) {
  const std::string text = toml_fault(whole_file + "user = \"a\\nb\\u001b\"\n\"x\\ny\" = 1");
  EXPECT_THAT(text, HasSubstr("f.toml:5:8: user: \"a\\x0ab\\x1b\": control characters are not allowed"));
  EXPECT_THAT(text, HasSubstr("unknown key \"x\\x0ay\""));
}

}  // namespace
}  // namespace config
