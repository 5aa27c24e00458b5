// Reputation: what is known of clients from before, and what is made known of them, for all sessions of a process: they
// ask at their arrival, for each recipient, and at their end. GreylistPolicy: one session's recipients.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "log/journal.hpp"
#include "session/client_identity.hpp"
#include "session/identity.hpp"
#include "session/policy_check.hpp"
#include "session/reputation_store.hpp"
#include "session/tallies.hpp"

namespace session {

struct ReputationSettings {
  reputation::Settings rules;
  PolicyFail fail = PolicyFail::open;  // where the store cannot be asked
};

class Reputation {
 public:
  // `tallies` outlives it.
  Reputation(ReputationSettings settings, std::unique_ptr<ReputationStore> store, Tallies& tallies)
      : settings_(std::move(settings)), store_(std::move(store)), tallies_(tallies) {}

  struct Welcome {
    std::string refusal;   // why not, as the text of a 421: "too many errors from 192.0.2.1"; empty: it is welcome
    bool patient = false;  // it waited for its greeting before
  };
  // Counts the client. The first that is refused for a network's rate gets a line.
  [[nodiscard]] net::Task<Welcome> arrive(const ClientIdentity& client, log::Journal& journal);

  // The verdict on the present recipient: pass, or defer.
  [[nodiscard]] net::Task<smtp::Verdict> greylist(const ClientIdentity& client, const smtp::Envelope& envelope,
                                                  log::Journal& journal);

  // What the session of this client was like. Errors that have become too many get a line.
  [[nodiscard]] net::Task<void> report(const ClientIdentity& client, reputation::Conduct conduct,
                                       log::Journal& journal);

 private:
  [[nodiscard]] net::Task<std::optional<reputation::Numbers>> ask(reputation::Question question);
  [[nodiscard]] std::string network_of(const ClientIdentity& client) const;
  [[nodiscard]] Welcome judged(const reputation::Standing& standing, const ClientIdentity& client,
                               log::Journal& journal);

  ReputationSettings settings_;
  std::unique_ptr<ReputationStore> store_;
  Tallies& tallies_;
};

// All outlive the session.
struct GreylistParts {
  Reputation& reputation;
  const ClientIdentity& identity;
  log::Journal& journal;
  std::size_t& deferred;  // recipients that must wait, counted here
};

class GreylistPolicy final : public PolicyCheck {
 public:
  // `inner` is asked first, at its stages; a recipient it refuses is not greylisted.
  GreylistPolicy(GreylistParts parts, std::unique_ptr<PolicyCheck> inner, std::set<smtp::PolicyStage> inner_stages)
      : parts_(parts), inner_(std::move(inner)), inner_stages_(std::move(inner_stages)) {}

  [[nodiscard]] net::Task<smtp::Verdict> ask(PolicyQuestion question) override;

 private:
  GreylistParts parts_;
  std::unique_ptr<PolicyCheck> inner_;
  std::set<smtp::PolicyStage> inner_stages_;
};

}  // namespace session
