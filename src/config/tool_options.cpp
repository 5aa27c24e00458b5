#include "config/tool_options.hpp"

#include "config/serve_options.hpp"
#include "config/server_rows.hpp"
#include "config/value.hpp"

namespace config {
namespace {

std::vector<Option<SendOptions>> message_options() {
  return {
      single<SendOptions>(
          {.flag = "from", .argument = "ADDRESS", .standard = "ehlock@localhost", .help = "sender"},
          [](SendOptions & o) -> auto& { return o.from; }, mailbox),
      many<SendOptions>(
          {.flag = "to",
           .argument = "ADDRESS",
           .standard = "postmaster@localhost",
           .help = "recipient; may be repeated"},
          [](SendOptions & o) -> auto& { return o.to; }, mailbox),
      single<SendOptions>(
          {.flag = "subject", .argument = "TEXT", .standard = "ehlock test", .help = "Subject: line"},
          [](SendOptions & o) -> auto& { return o.subject; }, plain),
      single<SendOptions>(
          {.flag = "body", .argument = "TEXT", .unset = "a short text", .help = "text of the message"},
          [](SendOptions & o) -> auto& { return o.body; }, plain),
      single<SendOptions>(
          {.flag = "file",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "made from the above",
           .help = "send this message, header and body"},
          [](SendOptions & o) -> auto& { return o.file; }, plain),
      single<SendOptions>(
          {.flag = "times", .kind = Kind::count, .argument = "N", .standard = "1", .help = "messages in one session"},
          [](SendOptions & o) -> auto& { return o.times; }, count(1, 1'000'000)),
      single<SendOptions>(
          {.flag = "user", .argument = "NAME", .unset = "no AUTH", .help = "authenticate as NAME"},
          [](SendOptions & o) -> auto& { return o.user; }, plain),
      single<SendOptions>(
          {.flag = "password-file",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "no AUTH",
           .help = "file with the password"},
          [](SendOptions & o) -> auto& { return o.password_file; }, plain),
  };
}

std::vector<Option<SendOptions>> tls_rows() {
  return {
      single<SendOptions>(
          choice({.flag = "tls-min", .argument = "VERSION", .standard = "TLSv1.2", .help = "oldest version"},
                 tls_versions()),
          [](SendOptions & o) -> auto& { return o.min_version; }, one_of(tls_versions())),
      single<SendOptions>(
          choice({.flag = "tls-max", .argument = "VERSION", .standard = "TLSv1.3", .help = "newest version"},
                 tls_versions()),
          [](SendOptions & o) -> auto& { return o.max_version; }, one_of(tls_versions())),
      single<SendOptions>(
          {.flag = "resume",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "a second session resumes the TLS of the first"},
          [](SendOptions & o) -> auto& { return o.resume; }, toggle),
  };
}

std::vector<Option<SendOptions>> all_send_options() {
  auto all = server_rows<SendOptions>("where to send");
  for (auto& row : tls_rows()) all.push_back(std::move(row));
  for (auto& row : message_options()) all.push_back(std::move(row));
  return all;
}

}  // namespace

const std::vector<Option<SinkOptions>>& sink_options() {
  static const std::vector<Option<SinkOptions>> table{
      many<SinkOptions>(
          {.flag = "listen",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "must be given",
           .help = "listen here: HOST:PORT, [IPv6]:PORT, :PORT or unix:/PATH"},
          [](SinkOptions & o) -> auto& { return o.listen; }, listening),
      single<SinkOptions>(
          {.flag = "dir",
           .kind = Kind::file,
           .argument = "DIR",
           .unset = "messages are forgotten",
           .help = "store each message as a file in DIR"},
          [](SinkOptions & o) -> auto& { return o.dir; }, plain),
      single<SinkOptions>(
          {.flag = "quiet", .kind = Kind::toggle, .standard = "false", .help = "no line for each message"},
          [](SinkOptions & o) -> auto& { return o.quiet; }, toggle),
  };
  return table;
}

const std::vector<Option<SendOptions>>& send_options() {
  static const std::vector<Option<SendOptions>> table = all_send_options();
  return table;
}

const std::vector<Option<RunOptions>>& run_options() {
  static const std::vector<Option<RunOptions>> table{
      single<RunOptions>(
          {.flag = "once",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "send one message through ourselves, show it, and end"},
          [](RunOptions & o) -> auto& { return o.once; }, toggle),
      single<RunOptions>(
          {.flag = "port",
           .kind = Kind::count,
           .argument = "PORT",
           .standard = "2525",
           .help = "STARTTLS on this port of 127.0.0.1; 0: any"},
          [](RunOptions & o) -> auto& { return o.starttls_port; }, count(0, 65535)),
      single<RunOptions>(
          {.flag = "tls-port",
           .kind = Kind::count,
           .argument = "PORT",
           .standard = "2465",
           .help = "implicit TLS on this port of 127.0.0.1; 0: any"},
          [](RunOptions & o) -> auto& { return o.tls_port; }, count(0, 65535)),
      single<RunOptions>(
          {.flag = "keep",
           .kind = Kind::file,
           .argument = "DIR",
           .unset = "they are removed at the end",
           .help = "keep the messages in DIR"},
          [](RunOptions & o) -> auto& { return o.keep; }, plain),
  };
  return table;
}

std::vector<Option<AdminCommand>> admin_options(std::string_view command) {
  std::vector<Option<AdminCommand>> table{single<AdminCommand>(
      {.flag = "admin",
       .argument = "unix:/PATH",
       .standard = "unix:/run/ehlock/admin.sock",
       .help = "the admin socket of the service"},
      [](AdminCommand & o) -> auto& { return o.socket; }, socket_path)};
  if (command == "status" || command == "top" || command == "sessions") {
    table.push_back(single<AdminCommand>(
        {.flag = "json", .kind = Kind::toggle, .standard = "false", .help = "as JSON"},
        [](AdminCommand & o) -> auto& { return o.json; }, toggle));
  }
  if (command == "top") {
    table.push_back(single<AdminCommand>(
        {.flag = "interval", .kind = Kind::duration, .argument = "TIME", .standard = "2s", .help = "between two views"},
        [](AdminCommand & o) -> auto& { return o.interval; }, duration));
  }
  if (command == "trace") {
    table.push_back(single<AdminCommand>(
        {.flag = "client", .argument = "NETWORK", .unset = "must be given", .help = "clients whose dialog is told"},
        [](AdminCommand & o) -> auto& { return o.client; }, plain));
    table.push_back(single<AdminCommand>(
        {.flag = "time", .kind = Kind::duration, .argument = "TIME", .standard = "10m", .help = "for how long"},
        [](AdminCommand & o) -> auto& { return o.time; }, duration));
  }
  if (command == "kill") {
    table.push_back(single<AdminCommand>(
        {.flag = "session", .argument = "ID", .unset = "must be given", .help = "the session's id, as in the log"},
        [](AdminCommand & o) -> auto& { return o.session; }, plain));
  }
  return table;
}

}  // namespace config
