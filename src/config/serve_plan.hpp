// ServePlan: everything `ehlock serve` was asked for, checked and typed, before anything is opened. It is taken apart
// by apps/ehlock: each part goes to its owner; nobody below apps/ sees the whole.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "admission/settings.hpp"
#include "config/tls_rules.hpp"
#include "os/address.hpp"
#include "reputation/settings.hpp"
#include "session/identity.hpp"
#include "session/limits.hpp"
#include "smtp/settings.hpp"
#include "tls/settings.hpp"

namespace config {

// handoff: no clients, but connections that tlswrapper hands over.
enum class Door { starttls, implicit, handoff };
enum class EarlyTalker { ignore, drop };
enum class LogFormat { text, json };
enum class LogKind { standard_error, syslog, journald, file };

struct LogTarget {
  LogKind kind = LogKind::standard_error;
  std::string file;
};

struct Listener {
  os::Endpoint endpoint;
  Door door = Door::starttls;
};

struct CertificateFiles {
  std::string chain;  // PEM, leaf first
  std::string key;    // empty: the chain's file holds the key too
};

// What stands between a client and the backend.
struct ClientLimits {
  admission::Settings counts;
  unsigned ipv4_prefix = 32;  // clients whose addresses have as many leading bits in common are one client
  unsigned ipv6_prefix = 64;
  os::Networks exempt;                  // not counted by client, and not made to wait
  std::chrono::seconds greet_delay{0};  // how long a client must be silent before it is greeted
  std::string greet_banner;             // said before that, as the first line of the greeting; empty: nothing
  EarlyTalker early_talker = EarlyTalker::drop;
};

// What may differ between networks and listeners.
struct TlsPolicy {
  std::string name;  // empty: the plain options
  tls::ServerSettings tls;
  std::string client_ca_file;
  bool require_tls = false;
  bool auth_before_tls = false;
  bool greylist = false;
};

// A Redis server that remembers for several nodes; without, the memory of this machine does.
struct RedisPlan {
  std::vector<os::Endpoint> servers;  // the first that is a master is asked
  std::string user;
  std::string password_file;
  bool tls = false;
  std::string ca_file;  // empty: the system's authorities
  std::chrono::milliseconds limit{200};
};

struct ServePlan {
  std::vector<Listener> listeners;
  std::optional<os::Endpoint> backend;  // exactly one of backend and program
  std::vector<std::string> program;     // after "--"
  session::Identity identity = session::Identity::none;
  os::Networks accept_proxy;
  bool reverse_names = false;                  // of clients
  std::vector<CertificateFiles> certificates;  // in order of preference
  std::vector<std::string> ticket_secrets;     // files; the first encrypts

  tls::ServerSettings tls;
  std::string client_ca_file;           // read at start into tls.client_ca
  std::vector<TlsPolicy> tls_policies;  // number 1 and up in tls_rules; 0 are the plain options
  std::vector<TlsRule> tls_rules;       // the first that holds chooses the policy
  smtp::DialogSettings dialog;
  bool trace_header = false;
  session::Limits limits;
  std::chrono::seconds drain{30};  // after TERM, until sessions are cut

  std::optional<os::Endpoint> policy;
  session::PolicyFail policy_fail = session::PolicyFail::open;

  reputation::Settings reputation;
  RedisPlan redis;
  session::PolicyFail reputation_fail = session::PolicyFail::open;
  bool greylist = false;

  std::string user;          // empty: an unused uid
  std::string program_user;  // program backends; empty: `user`, and that must then be given
  std::string jail = "/var/lib/ehlock/empty";
  unsigned workers = 0;  // 0: one for each core
  unsigned signers = 1;  // key processes
  ClientLimits clients;
  std::size_t max_programs = 100;  // running at once, of all workers

  std::optional<os::Endpoint> metrics;  // where the exporter answers; none: there is none

  std::string admin;        // path of the admin socket; empty: none
  std::string admin_group;  // who may use it besides root

  LogTarget log;
  LogFormat log_format = LogFormat::text;
  std::string log_name = "ehlock";  // the program's name in log lines
};

// Whether any listener is for hand-overs.
[[nodiscard]] bool takes_hand_overs(const ServePlan& plan);
// Whether any listener is for clients, so that a backend is needed.
[[nodiscard]] bool takes_clients(const ServePlan& plan);

}  // namespace config
