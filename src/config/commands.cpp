#include "config/commands.hpp"

#include <algorithm>

#include "config/command_line.hpp"
#include "config/help.hpp"
#include "config/serve_options.hpp"
#include "config/tool_options.hpp"

namespace config {
namespace {

using Arguments = std::vector<std::string>;

const Arguments& command_names() {
  static const Arguments names{"serve", "check",    "sink", "send",  "probe",  "run",   "status",
                               "top",   "sessions", "kill", "trace", "reload", "drain", "help"};
  return names;
}

UsageError usage_error(const std::vector<std::string>& faults, const std::string& command) {
  return {fmt::format("{}\nTry: ehlock {}--help\n", fmt::join(faults, "\n"), command.empty() ? "" : command + " ")};
}

bool asks_for_help(const Arguments& arguments) {
  const auto own_end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), own_end,
                     [](const std::string& word) { return word == "--help" || word == "-h"; });
}

std::vector<std::string> faults_of(const SinkOptions& options) {
  if (options.listen.empty()) return {"--listen: must be given"};
  return {};
}

std::vector<std::string> faults_of(const SendOptions& options) {
  std::vector<std::string> faults;
  if (options.server.text() == os::Endpoint{}.text()) faults.push_back("--server: must be given");
  if (!options.body.empty() && !options.file.empty()) faults.push_back("--body: has no effect with --file");
  if (options.user.empty() != options.password_file.empty()) faults.push_back("--user: goes with --password-file");
  if (options.min_version > options.max_version) faults.push_back("--tls-min: is newer than --tls-max");
  if (!options.ca_file.empty() && !options.verify) faults.push_back("--ca: has no effect without --verify");
  return faults;
}

std::vector<std::string> faults_of(const ProbeOptions& options) {
  std::vector<std::string> faults;
  if (options.server.text() == os::Endpoint{}.text()) faults.push_back("HOST:PORT: must be given");
  if (options.critical_days > options.warn_days) faults.push_back("--critical: is more than --warn");
  if (!options.next_key.empty() && !options.tlsa) faults.push_back("--next-key: has no effect without --tlsa");
  return faults;
}

std::vector<std::string> faults_of(const RunOptions& options) {
  const bool same = options.starttls_port == options.tls_port && options.tls_port != 0;
  if (same) return {"--tls-port: is the same as --port"};
  return {};
}

std::vector<std::string> faults_of(const AdminCommand& /*options*/) {
  return {};
}

template <typename Options>
CommandLine tool(const std::string& command, const std::vector<Option<Options>>& table, const Arguments& arguments) {
  const auto shapes = shapes_of(table);
  if (asks_for_help(arguments)) return Help{tool_help(command, shapes)};
  Options options;
  Applied applied;
  apply(table, read_defaults(shapes), options, applied);
  apply(table, read_flags(shapes, arguments), options, applied);
  if (applied.faults.empty()) applied.faults = faults_of(options);
  if (!applied.faults.empty()) return usage_error(applied.faults, command);
  return options;
}

// Faults of form are usage errors; wrong values are told by load_serve(), together with those of the file.
template <typename Command>
CommandLine serving(const std::string& command, const Arguments& arguments) {
  if (asks_for_help(arguments)) return Help{serve_help()};
  const Reading reading = read_flags(shapes_of(serve_options()), arguments);
  if (!reading.faults.empty()) return usage_error(reading.faults, command);
  return Command{arguments};
}

// "probe HOST:PORT ..." is "probe --server HOST:PORT ...", "kill ID" is "kill --session ID".
Arguments with_flag(Arguments arguments, const char* flag) {
  if (!arguments.empty() && !arguments.front().starts_with('-')) arguments.insert(arguments.begin(), flag);
  return arguments;
}

CommandLine checking(Arguments arguments) {
  const auto own_end = std::find(arguments.begin(), arguments.end(), "--");
  const auto rest = std::remove(arguments.begin(), own_end, "--probe");
  const bool probe = rest != own_end;
  arguments.erase(rest, own_end);
  auto parsed = serving<CheckCommand>("check", arguments);
  if (auto* check = std::get_if<CheckCommand>(&parsed)) check->probe = probe;
  return parsed;
}

bool is_admin(const std::string& command) {
  static const Arguments names{"status", "top", "sessions", "kill", "trace", "reload", "drain"};
  return std::find(names.begin(), names.end(), command) != names.end();
}

CommandLine admin(const std::string& command, Arguments arguments) {
  if (command == "kill") arguments = with_flag(std::move(arguments), "--session");
  CommandLine parsed = tool(command, admin_options(command), arguments);
  auto* chosen = std::get_if<AdminCommand>(&parsed);
  if (chosen == nullptr) return parsed;
  chosen->what = command;
  if (command == "trace" && chosen->client.empty()) return usage_error({"--client: must be given"}, command);
  if (command == "kill" && chosen->session.empty())
    return usage_error({"ID: must be given, as the log or ehlock sessions tells it"}, command);
  return parsed;
}

CommandLine parse(const std::string& command, const Arguments& arguments) {
  if (is_admin(command)) return admin(command, arguments);
  if (command == "serve") return serving<ServeCommand>(command, arguments);
  if (command == "check") return checking(arguments);
  if (command == "sink") return tool(command, sink_options(), arguments);
  if (command == "send") return tool(command, send_options(), arguments);
  if (command == "probe") return tool(command, probe_options(), with_flag(arguments, "--server"));
  if (command == "run") return tool(command, run_options(), arguments);
  return usage_error(
      {fmt::format("\"{}\": unknown command{}", base::escaped(command), suggestion(command, command_names()))}, "");
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& argv) {
  if (argv.size() < 2) return UsageError{program_help()};
  const std::string& command = argv[1];
  if (command == "--help" || command == "-h") return Help{program_help()};
  if (command == "--version" || command == "-V") return VersionText{"ehlock " EHLOCK_VERSION "\n"};
  if (command == "help" && argv.size() == 2) return Help{program_help()};
  if (command == "help") return parse(argv[2], {"--help"});
  return parse(command, {argv.begin() + 2, argv.end()});
}

}  // namespace config
