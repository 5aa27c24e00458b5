// PolicyClient: asks a policy service (postgrey, policyd-spf, ...) for all sessions of a process. Connections are kept
// and lent to one question at a time, so answers cannot be mixed up; one that failed or was late is thrown away.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/journal.hpp"
#include "net/stream.hpp"
#include "os/address.hpp"
#include "policy/verdict.hpp"
#include "session/client_identity.hpp"
#include "session/identity.hpp"
#include "session/launcher_client.hpp"
#include "session/limits.hpp"
#include "session/policy_check.hpp"
#include "session/tallies.hpp"

namespace session {

struct PolicySettings {
  std::vector<os::SocketAddress> addresses;
  LauncherClient* launcher = nullptr;  // reaches a UNIX socket for a jailed process; null: TCP
  PolicyFail fail = PolicyFail::open;
  policy::Form form = policy::Form::full;
};

class PolicyClient {
 public:
  // `limits` outlives it.
  PolicyClient(net::Loop& loop, PolicySettings settings, const Limits& limits)
      : loop_(loop), settings_(std::move(settings)), limits_(limits) {}

  // The service's verdict; Action::unavailable with a note when there was none within Limits::policy.
  [[nodiscard]] net::Task<policy::Verdict> ask(policy::Request request);

  [[nodiscard]] PolicyFail fail() const { return settings_.fail; }

 private:
  [[nodiscard]] net::Task<std::optional<policy::Answer>> exchange(net::Stream& stream, const std::string& question,
                                                                  net::Deadline deadline);

  net::Loop& loop_;
  PolicySettings settings_;
  const Limits& limits_;
  std::vector<std::unique_ptr<net::Stream>> idle_;
};

// One session's questions.
class ServicePolicy final : public PolicyCheck {
 public:
  // All outlive the session.
  ServicePolicy(PolicyClient& client, const ClientIdentity& identity, log::Journal& journal, Tallies* tallies = nullptr)
      : client_(client), identity_(identity), journal_(journal), tallies_(tallies) {}

  [[nodiscard]] net::Task<smtp::Verdict> ask(PolicyQuestion question) override;
  // Whether a question had no answer.
  [[nodiscard]] bool was_unavailable() const { return was_unavailable_; }

 private:
  [[nodiscard]] policy::Request request_for(const PolicyQuestion& question);

  PolicyClient& client_;
  const ClientIdentity& identity_;
  log::Journal& journal_;
  Tallies* tallies_;  // of the answers; null: they are not counted
  bool was_unavailable_ = false;
};

}  // namespace session
