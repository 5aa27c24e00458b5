// A worker: the jailed process that talks to clients and backends. It holds no key and sees no file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "admission/ledger.hpp"
#include "apps/shared/children.hpp"
#include "config/serve_plan.hpp"
#include "log/sink.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"
#include "session/board.hpp"
#include "session/redis_store.hpp"
#include "session/reputation.hpp"
#include "session/roster.hpp"
#include "tls/tickets.hpp"

namespace app {

struct WorkerListener {
  os::UniqueFd socket;
  config::Door door = config::Door::starttls;
  std::size_t number = 0;  // of the plan's listener it belongs to
  std::string name;        // as configured, for counting
};

struct WorkerSpec {
  unsigned number = 0;
  std::vector<WorkerListener> listeners;
  os::UniqueFd control;              // to the supervisor
  os::UniqueFd keys;                 // to the key process
  os::UniqueFd launcher;             // to the launcher; empty: the backend is reached by TCP
  os::UniqueFd resolver;             // to the resolver; empty: names are not asked for
  std::vector<ChainWithKey> chains;  // chain N's key is the key process's key N
  std::vector<tls::TicketKey> ticket_keys;
  std::vector<config::TlsPolicy> tls_policies;  // at least one: the plain options
  std::vector<config::TlsRule> tls_rules;
  smtp::DialogSettings dialog;
  session::Limits limits;
  session::Identity identity = session::Identity::none;
  bool trace_header = false;
  std::vector<os::SocketAddress> backend;
  std::string backend_name;               // as configured: the endpoint, or the program
  std::vector<os::SocketAddress> policy;  // empty: nobody is asked
  session::PolicyFail policy_fail = session::PolicyFail::open;
  os::Networks accept_proxy;
  config::ClientLimits clients;
  admission::Ledger* ledger = nullptr;  // shared by all workers
  reputation::Table* table = nullptr;   // the same
  session::ReputationSettings reputation;
  session::RedisSettings redis;          // without servers: the table
  std::vector<std::string> redis_names;  // of the servers' certificates
  std::string redis_ca;                  // empty: they are spoken to in clear
  std::size_t account = 0;               // this worker's in it
  session::Board* board = nullptr;
  std::size_t place = 0;  // this worker's in the board
  session::Roster* roster = nullptr;
  log::Sink* sink = nullptr;
  os::JailSpec jail;
};

// Until the supervisor ends it; returns the exit status.
[[nodiscard]] int run_worker(WorkerSpec spec);

}  // namespace app
