// The command line of ehlock as a value: which command, with what. Of serve and check only the form of the arguments is
// looked at here; load_serve() (config/load.hpp) reads them, as often as HUP asks for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "os/address.hpp"
#include "tls/settings.hpp"

namespace config {

struct ServeCommand {
  std::vector<std::string> arguments;  // behind "serve"
};

struct CheckCommand {
  std::vector<std::string> arguments;  // behind "check"
  bool probe = false;                  // --probe: ask the backend too
};

struct SinkOptions {
  std::vector<os::Endpoint> listen;  // at least one
  std::string dir;                   // empty: messages are counted and forgotten
  bool quiet = false;                // no line for each message
};

// A server to be a client of.
struct ServerChoice {
  os::Endpoint server;
  bool implicit = false;    // TLS at once instead of STARTTLS
  std::string server_name;  // SNI and the name to verify; empty: the server's host
  bool verify = false;
  std::string ca_file;  // empty: the system's authorities

  [[nodiscard]] const std::string& name() const { return server_name.empty() ? server.host : server_name; }
};

struct SendOptions : ServerChoice {
  std::string from;  // may be empty: the null sender
  std::vector<std::string> to;
  std::string subject;
  std::string body;  // text; one of body and file
  std::string file;  // a whole message, header and body
  tls::Version min_version = tls::Version::tls1_2;
  tls::Version max_version = tls::Version::tls1_3;
  bool resume = false;  // twice: the second session resumes the first one's TLS
  std::size_t times = 1;
  std::string user;  // AUTH; with password_file or not at all
  std::string password_file;
};

struct ProbeOptions : ServerChoice {
  std::size_t warn_days = 14;     // a certificate that ends earlier is a warning
  std::size_t critical_days = 3;  // ... is critical
  std::chrono::seconds timeout{30};
  bool tlsa = false;
  std::string next_key;  // PEM file of a key or certificate that will follow
  bool json = false;
  bool transcript = false;
};

struct RunOptions {
  bool once = false;
  std::uint16_t starttls_port = 2525;
  std::uint16_t tls_port = 2465;
  std::string keep;  // folder the messages stay in; empty: they go at the end
};

// status, top, sessions, kill, trace, reload, drain: to a running service.
struct AdminCommand {
  std::string what;
  std::string socket;
  bool json = false;
  std::string session;               // kill
  std::chrono::seconds interval{2};  // top
  std::string client;                // trace: a network
  std::chrono::seconds time{600};    // trace
};

struct Help {
  std::string text;  // for standard output, exit 0
};

struct VersionText {
  std::string text;  // "ehlock 1.2.3\n"
};

struct UsageError {
  std::string text;  // all faults, a line each; for standard error, exit 64
};

using CommandLine = std::variant<ServeCommand, CheckCommand, SinkOptions, SendOptions, ProbeOptions, RunOptions,
                                 AdminCommand, Help, VersionText, UsageError>;

// `argv` with the program's name in front.
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& argv);

}  // namespace config
