// Service: what all sessions of a worker share. It is made once, before the jail, and handed out in parts.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admission/desk.hpp"
#include "apps/ehlock/serve/worker.hpp"
#include "log/journal.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "session/drain.hpp"
#include "session/known_facts.hpp"
#include "session/launcher_client.hpp"
#include "session/policy_client.hpp"
#include "session/redis_store.hpp"
#include "session/reputation.hpp"
#include "session/resolver_client.hpp"
#include "session/signer.hpp"
#include "tls/context.hpp"

namespace app {

// Passes on only what is wrong: of sessions of a balancer's own (its health checks).
class QuietSink final : public log::Sink {
 public:
  explicit QuietSink(log::Sink& sink) : sink_(sink) {}
  void write(log::Severity severity, std::string_view line) override {
    if (severity != log::Severity::info) sink_.write(severity, line);
  }
  void record(const log::Record& record) override {
    if (record.severity != log::Severity::info) sink_.record(record);
  }
  [[nodiscard]] bool takes_facts() const override { return sink_.takes_facts(); }

 private:
  log::Sink& sink_;
};

// What the sessions under one TLS policy share.
struct DialogRules {
  std::shared_ptr<const smtp::DialogSettings> usual;
  std::shared_ptr<const smtp::DialogSettings> greylisting;  // the same, and recipients are asked about
};

struct Service {
  explicit Service(WorkerSpec from, std::vector<tls::Context> made, std::uint64_t first_number);

  WorkerSpec spec;
  net::Loop loop;
  std::vector<tls::Context> contexts;  // one for each TLS policy
  std::vector<DialogRules> dialogs;    // likewise
  session::Signer signer;
  session::KnownFacts facts;
  std::unique_ptr<session::LauncherClient> launcher;
  std::unique_ptr<session::ResolverClient> resolver;  // empty: names are not asked for
  std::unique_ptr<session::PolicyClient> policy;      // empty: nobody is asked
  session::RedisStore* redis = nullptr;               // of the reputation; null: it is in shared memory
  std::unique_ptr<session::Reputation> reputation;    // empty: nothing is remembered of clients
  admission::Desk desk;
  session::Drain drain;
  log::SessionIds ids;
  QuietSink quiet_sink;
  std::map<std::string, net::Stream*> clients;  // by session id, while they talk
  os::Networks traced;                          // clients whose dialog is told, while it is time
  net::Deadline traced_until{};
  std::size_t active = 0;
  std::size_t most_active = 0;    // as many as there are descriptors for
  net::Deadline shortage_told{};  // when the last line about more of them was due
  bool accepting = true;
};

}  // namespace app
