// Rows about running: time limits, counts, processes, log.

#include <algorithm>

#include "config/serve_options.hpp"
#include "config/value.hpp"

namespace config {
namespace {

constexpr std::size_t very_many = 1'000'000;

Option<Draft> timeout(const std::string& what, const char* standard, std::chrono::seconds session::Limits::*place,
                      const char* help) {
  return single<Draft>(
      {.flag = "timeout-" + what,
       .key = "timeout." + what,
       .kind = Kind::duration,
       .argument = "TIME",
       .standard = standard,
       .help = help},
      [place](Draft & d) -> auto& { return d.plan.limits.*place; }, duration);
}

Shape maximum(const std::string& what, const char* standard, const char* help) {
  return {.flag = "max-" + what,
          .key = "max." + what,
          .kind = Kind::count,
          .argument = "N",
          .standard = standard,
          .help = help};
}

// A number of workers, or "auto" for one on each core, which the plan says as 0.
base::Result<std::size_t> workers(std::string_view text) {
  if (text == "auto") return std::size_t{0};
  auto parsed = count(1, 256)(text);
  if (!parsed) return base::fail("must be a number from 1 to 256, or auto");
  return parsed;
}

const Words<LogKind>& targets() {
  static const Words<LogKind> words{
      {"stderr", LogKind::standard_error}, {"syslog", LogKind::syslog}, {"journald", LogKind::journald}};
  return words;
}

base::Result<LogTarget> log_target(std::string_view text) {
  constexpr std::string_view file = "file:";
  if (text.starts_with(file)) {
    auto path = absolute_path(text.substr(file.size()));
    if (!path) return base::fail("file: {}", path.error().text);
    return LogTarget{LogKind::file, std::move(*path)};
  }
  const auto kind = one_of(targets())(text);
  if (!kind) return base::fail("{}, or file:/PATH", kind.error().text);
  return LogTarget{*kind, {}};
}

// What may stand before "[PID]: " in the lines that log daemons and their readers take apart.
base::Result<std::string> program_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
           c == '-' || c == '.';
  };
  if (text.empty() || text.size() > 64 || !std::all_of(text.begin(), text.end(), fits)) {
    return base::fail("must be 1 to 64 of the letters, digits and / _ - .");
  }
  return std::string(text);
}

const Words<LogFormat>& formats() {
  static const Words<LogFormat> words{{"text", LogFormat::text}, {"json", LogFormat::json}};
  return words;
}

}  // namespace

ServeOptions timeout_options() {
  using session::Limits;
  return {
      timeout("command", "5m", &Limits::command, "for the client's next command"),
      timeout("data", "10m", &Limits::data, "for the next octets of a message"),
      timeout("handshake", "30s", &Limits::handshake, "for the whole TLS handshake"),
      timeout("proxy", "5s", &Limits::proxy, "for a whole PROXY header"),
      timeout("names", "5s", &Limits::names, "for the reverse name of a client; then it is unknown"),
      timeout("connect", "10s", &Limits::connect, "for connecting to the backend, each address"),
      timeout("greeting", "5m", &Limits::greeting, "for the backend's greeting"),
      timeout("reply", "10m", &Limits::reply, "for any other reply of the backend"),
      timeout("policy", "10s", &Limits::policy, "for a policy verdict"),
      timeout("program", "10s", &Limits::program, "for starting a program"),
      single<Draft>(
          {.flag = "timeout-drain",
           .key = "timeout.drain",
           .kind = Kind::duration,
           .argument = "TIME",
           .standard = "30s",
           .help = "after TERM, until running sessions are cut"},
          [](Draft & d) -> auto& { return d.plan.drain; }, duration),
  };
}

ServeOptions limit_options() {
  return {
      single<Draft>(
          maximum("connections", "20000", "sessions in all; more get 421"),
          [](Draft & d) -> auto& { return d.plan.clients.counts.connections; }, count(1, very_many)),
      single<Draft>(
          maximum("commands", "0", "commands in a session, then 421; 0: no limit"),
          [](Draft & d) -> auto& { return d.plan.dialog.max_commands; }, count(0, very_many)),
      single<Draft>(
          maximum("errors", "20", "4xx and 5xx answers in a session, then 421; 0: no limit"),
          [](Draft & d) -> auto& { return d.plan.dialog.max_errors; }, count(0, very_many)),
      single<Draft>(
          maximum("recipients", "0", "recipients of a message, then 452; 0: the backend's limit"),
          [](Draft & d) -> auto& { return d.plan.dialog.max_recipients; }, count(0, very_many)),
      single<Draft>(
          maximum("programs", "100", "programs running at once, of all workers; more get 421"),
          [](Draft & d) -> auto& { return d.plan.max_programs; }, count(1, 10'000)),
      single<Draft>(
          {.flag = "max-line",
           .key = "max.line",
           .kind = Kind::size,
           .argument = "SIZE",
           .standard = "2KiB",
           .help = "a command's line, then 500"},
          [](Draft & d) -> auto& { return d.plan.dialog.max_line; }, size(512, 65'536)),
      single<Draft>(
          {.flag = "max-reply",
           .key = "max.reply",
           .kind = Kind::size,
           .argument = "SIZE",
           .standard = "64KiB",
           .help = "a whole reply of the backend, then 421"},
          [](Draft & d) -> auto& { return d.plan.dialog.max_reply; }, size(4096, 1'048'576)),
  };
}

ServeOptions process_options() {
  return {
      single<Draft>(
          {.flag = "user",
           .key = "user",
           .argument = "NAME",
           .unset = "an unused uid",
           .help = "user of the processes that touch the network"},
          [](Draft & d) -> auto& { return d.plan.user; }, plain),
      single<Draft>(
          {.flag = "program-user",
           .key = "program_user",
           .argument = "NAME",
           .unset = "that of --user",
           .help = "user of the programs started for sessions; never root"},
          [](Draft & d) -> auto& { return d.plan.program_user; }, plain),
      single<Draft>(
          {.flag = "jail",
           .key = "jail",
           .kind = Kind::file,
           .argument = "DIR",
           .standard = "/var/lib/ehlock/empty",
           .help = "empty folder the processes are locked into"},
          [](Draft & d) -> auto& { return d.plan.jail; }, absolute_path),
      single<Draft>(
          {.flag = "workers",
           .key = "workers",
           .kind = Kind::count,
           .argument = "N",
           .standard = "auto",
           .help = "processes that carry sessions; auto: one for each core"},
          [](Draft & d) -> auto& { return d.plan.workers; }, workers),
      single<Draft>(
          {.flag = "signers",
           .key = "signers",
           .kind = Kind::count,
           .argument = "N",
           .standard = "1",
           .help = "processes that hold the private keys and sign"},
          [](Draft & d) -> auto& { return d.plan.signers; }, count(1, 64)),
  };
}

ServeOptions watch_options() {
  return {
      single<Draft>(
          {.flag = "metrics",
           .key = "metrics",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "nothing is told",
           .help = "answer /metrics (Prometheus), /healthz and /readyz by HTTP here"},
          [](Draft & d) -> auto& { return d.plan.metrics; }, listening),
      single<Draft>(
          {.flag = "admin",
           .key = "admin",
           .argument = "unix:/PATH",
           .unset = "there is none",
           .help = "socket for ehlock status, top, sessions, kill, trace, reload and drain; for root alone"},
          [](Draft & d) -> auto& { return d.plan.admin; }, socket_path),
      single<Draft>(
          {.flag = "admin-group",
           .key = "admin_group",
           .argument = "NAME",
           .unset = "root alone",
           .help = "this group may use the admin socket too"},
          [](Draft & d) -> auto& { return d.plan.admin_group; }, plain),
  };
}

ServeOptions log_options() {
  return {
      single<Draft>(
          {.flag = "log",
           .key = "log",
           .argument = "WHERE",
           .standard = "stderr",
           .help = "where log lines go: stderr, syslog, journald (with fields) or file:/PATH (USR1 opens it anew)"},
          [](Draft & d) -> auto& { return d.plan.log; }, log_target),
      single<Draft>(
          choice({.flag = "log-format",
                  .key = "log_format",
                  .argument = "FORM",
                  .standard = "text",
                  .help = "Postfix's form, or one JSON object a line"},
                 formats()),
          [](Draft & d) -> auto& { return d.plan.log_format; }, one_of(formats())),
      single<Draft>(
          {.flag = "log-name",
           .key = "log_name",
           .argument = "NAME",
           .standard = "ehlock",
           .help = "the program's name in log lines"},
          [](Draft & d) -> auto& { return d.plan.log_name; }, program_name),
  };
}

}  // namespace config
