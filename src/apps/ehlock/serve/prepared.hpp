// Prepared: what a plan needs from the system, read and looked up before anything is started: certificates, secrets,
// addresses, users. A plan that cannot be prepared changes nothing.
#pragma once

#include <string>
#include <vector>

#include "apps/ehlock/serve/worker.hpp"
#include "base/secret.hpp"
#include "config/serve_plan.hpp"
#include "os/user.hpp"
#include "tls/context.hpp"

namespace app {

struct LoadedChain {
  std::string pem;
  std::string origin;  // the chain's file
  std::string key_file;
  tls::CertificateFacts facts;
};

struct Prepared {
  config::ServePlan plan;
  std::vector<LoadedChain> chains;
  std::vector<config::TlsPolicy> tls_policies;  // the plain options first; authorities are read
  std::vector<base::Secret> ticket_secrets;     // empty: one is made at start
  std::vector<os::SocketAddress> backend;
  std::vector<os::SocketAddress> policy;
  std::vector<std::vector<os::SocketAddress>> redis;  // of each server
  base::Secret redis_password;
  std::string redis_ca;  // PEM; empty without TLS
  os::User worker_user;
  os::User key_user;
  os::User launcher_user;
  os::User resolver_user;
  os::User exporter_user;
  os::User program_user;
  unsigned workers = 1;
  std::vector<std::string> warnings;  // of the configuration, for the log
};

struct Unprepared {
  std::string text;      // all faults, a line each
  bool passing = false;  // no fault but names of hosts that cannot be looked up at the moment
};

[[nodiscard]] tl::expected<Prepared, Unprepared> prepare(config::ServePlan plan);

// "serial 0a1b, names mail.example.org, until 2027-01-01 12:00 UTC" for the log.
[[nodiscard]] std::string text_of(const LoadedChain& chain);

}  // namespace app
