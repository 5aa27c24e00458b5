// PolicyCheck: asks whoever decides who may speak (greylist, access policy) about the present stage of a session.
#pragma once

#include "net/task.hpp"
#include "smtp/envelope.hpp"
#include "smtp/settings.hpp"
#include "smtp/tls_facts.hpp"
#include "smtp/verdict.hpp"

namespace session {

struct PolicyQuestion {
  smtp::PolicyStage stage = smtp::PolicyStage::rcpt;
  const smtp::Envelope& envelope;
  const smtp::TlsFacts& tls;
};

class PolicyCheck {
 public:
  PolicyCheck() = default;
  PolicyCheck(const PolicyCheck&) = delete;
  PolicyCheck& operator=(const PolicyCheck&) = delete;
  virtual ~PolicyCheck() = default;

  // Always a verdict: an unreachable or babbling service is one too (fail-open or fail-closed, as configured).
  [[nodiscard]] virtual net::Task<smtp::Verdict> ask(PolicyQuestion question) = 0;
};

// Where nobody is to be asked.
class NoPolicy final : public PolicyCheck {
 public:
  [[nodiscard]] net::Task<smtp::Verdict> ask(PolicyQuestion question) override;
};

}  // namespace session
