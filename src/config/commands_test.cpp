// The command words and what stands behind them.

#include "config/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/help.hpp"

namespace config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Arguments = std::vector<std::string>;

CommandLine parsed(Arguments arguments) {
  arguments.insert(arguments.begin(), "ehlock");
  return parse_command_line(arguments);
}

template <typename Command>
Command as(const Arguments& arguments) {
  const CommandLine line = parsed(arguments);
  const auto* usage = std::get_if<UsageError>(&line);
  EXPECT_EQ(usage == nullptr ? "" : usage->text, "");
  return std::holds_alternative<Command>(line) ? std::get<Command>(line) : Command{};
}

std::string usage(const Arguments& arguments) {
  const CommandLine line = parsed(arguments);
  return std::holds_alternative<UsageError>(line) ? std::get<UsageError>(line).text : "";
}

std::string help(const Arguments& arguments) {
  const CommandLine line = parsed(arguments);
  return std::holds_alternative<Help>(line) ? std::get<Help>(line).text : "";
}

TEST(Commands, serve_and_check_keep_their_arguments) {
  const Arguments arguments{"--listen", ":25", "--", "/bin/p", "--help"};
  EXPECT_EQ(as<ServeCommand>({"serve", "--listen", ":25", "--", "/bin/p", "--help"}).arguments, arguments);
  EXPECT_THAT(as<CheckCommand>({"check", "--config", "f"}).arguments, ElementsAre("--config", "f"));
}

TEST(Commands, serve_tells_faults_of_form_as_usage_and_leaves_values_to_load) {
  EXPECT_THAT(usage({"serve", "--lisen", ":25", "--workers"}),
              AllOf(HasSubstr("--lisen: unknown option; did you mean \"--listen\"?\n"),
                    HasSubstr("--workers: needs a value (N)\n"), HasSubstr("Try: ehlock serve --help\n")));
  EXPECT_TRUE(std::holds_alternative<ServeCommand>(parsed({"serve", "--workers", "many"})));
}

TEST(Commands, unknown_ones_name_the_nearest) {
  EXPECT_THAT(usage({"serv"}), StartsWith("\"serv\": unknown command; did you mean \"serve\"?\nTry: ehlock --help\n"));
  EXPECT_THAT(usage({"x\n"}), StartsWith("\"x\\x0a\": unknown command\n"));
  EXPECT_THAT(usage({}), StartsWith("Usage: ehlock COMMAND"));
  EXPECT_THAT(usage({"--listen", ":25"}), StartsWith("\"--listen\": unknown command"));
}

TEST(Commands, help_and_version_are_texts) {
  EXPECT_EQ(help({"--help"}), program_help());
  EXPECT_EQ(help({"help"}), program_help());
  EXPECT_EQ(help({"serve", "--listen", "x", "--help"}), serve_help());
  EXPECT_EQ(help({"check", "-h"}), serve_help());
  EXPECT_THAT(help({"help", "send"}), AllOf(HasSubstr("Usage: ehlock send"), HasSubstr("--server ENDPOINT")));
  EXPECT_THAT(help({"kill", "--help"}), StartsWith("Usage: ehlock kill ID [OPTION...]\n\nEnd a session.\n\n"));
  EXPECT_THAT(help({"sink", "--help"}), HasSubstr("--dir DIR"));
  EXPECT_THAT(help({"run", "--help"}), HasSubstr("--once"));
  const CommandLine version = parsed({"--version"});
  ASSERT_TRUE(std::holds_alternative<VersionText>(version));
  EXPECT_THAT(std::get<VersionText>(version).text, StartsWith("ehlock "));
}

TEST(Sink, needs_a_listener) {
  const auto options = as<SinkOptions>({"sink", "--listen", "127.0.0.1:2525", "--listen", "unix:/s", "--dir", "d"});
  ASSERT_EQ(options.listen.size(), 2U);
  EXPECT_EQ(options.listen[1].path, "/s");
  EXPECT_EQ(options.dir, "d");
  EXPECT_FALSE(options.quiet);
  EXPECT_TRUE(as<SinkOptions>({"sink", "--listen", ":2525", "--quiet"}).quiet);
  EXPECT_THAT(usage({"sink"}), StartsWith("--listen: must be given\n"));
  EXPECT_THAT(usage({"sink", "--listen", "x"}), StartsWith("--listen: \"x\": must be "));
  EXPECT_THAT(usage({"sink", "--listen", ":1", "--", "p"}), StartsWith("--: nothing may stand behind it here\n"));
}

TEST(Send, has_defaults_for_all_but_the_server) {
  const auto options = as<SendOptions>({"send", "--server", "127.0.0.1:2525"});
  EXPECT_EQ(options.server.text(), "127.0.0.1:2525");
  EXPECT_FALSE(options.implicit);
  EXPECT_EQ(options.from, "ehlock@localhost");
  EXPECT_THAT(options.to, ElementsAre("postmaster@localhost"));
  EXPECT_EQ(options.times, 1U);
  EXPECT_FALSE(options.verify);
  EXPECT_THAT(usage({"send"}), StartsWith("--server: must be given\n"));
}

TEST(Send, takes_everything) {
  const auto options =
      as<SendOptions>({"send",   "--server",      "[::1]:465",  "--implicit",      "--from",  "<>",       "--to",
                       "a@x",    "--to",          "b@x",        "--file",          "m.eml",   "--verify", "--ca",
                       "ca.pem", "--server-name", "mx.example", "--tls-min",       "TLSv1.3", "--resume", "--times",
                       "3",      "--user",        "me",         "--password-file", "pw"});
  EXPECT_TRUE(options.implicit);
  EXPECT_EQ(options.from, "");
  EXPECT_THAT(options.to, ElementsAre("a@x", "b@x"));
  EXPECT_EQ(options.file, "m.eml");
  EXPECT_TRUE(options.verify);
  EXPECT_EQ(options.ca_file, "ca.pem");
  EXPECT_EQ(options.server_name, "mx.example");
  EXPECT_EQ(options.min_version, tls::Version::tls1_3);
  EXPECT_TRUE(options.resume);
  EXPECT_EQ(options.times, 3U);
  EXPECT_EQ(options.user, "me");
  EXPECT_EQ(options.password_file, "pw");
}

TEST(Send, tells_all_combinations_that_cannot_be_meant) {
  EXPECT_THAT(usage({"send", "--body", "x", "--file", "f", "--user", "u", "--tls-min", "TLSv1.3", "--tls-max",
                     "TLSv1.2", "--ca", "c"}),
              AllOf(HasSubstr("--server: must be given"), HasSubstr("--body: has no effect with --file"),
                    HasSubstr("--user: goes with --password-file"), HasSubstr("--tls-min: is newer than --tls-max"),
                    HasSubstr("--ca: has no effect without --verify")));
  EXPECT_THAT(usage({"send", "--server", "h:25", "--to", "a@b\r\nDATA"}),
              HasSubstr("--to: \"a@b\\x0d\\x0aDATA\": control characters are not allowed"));
}

TEST(Run, knows_its_ports) {
  const auto options = as<RunOptions>({"run"});
  EXPECT_FALSE(options.once);
  EXPECT_EQ(options.starttls_port, 2525);
  EXPECT_EQ(options.tls_port, 2465);
  EXPECT_TRUE(as<RunOptions>({"run", "--once", "--port", "0", "--tls-port", "0"}).once);
  EXPECT_EQ(as<RunOptions>({"run", "--keep", "mail"}).keep, "mail");
  EXPECT_THAT(usage({"run", "--port", "65536"}), StartsWith("--port: \"65536\": must be a number from 0 to 65535\n"));
  EXPECT_THAT(usage({"run", "--port", "2465"}), StartsWith("--tls-port: is the same as --port\n"));
}

}  // namespace
}  // namespace config
