// Where a paused handshake waits for a signature, and how ask_for_signature() finds it.
#pragma once

#include <optional>
#include <string>

#include "tls/signing.hpp"

namespace tls {

// One per connection. The request stands while `waiting`.
struct SigningDesk {
  SignatureRequest request;
  std::optional<std::string> answer;
  bool waiting = false;   // the handshake is paused for `request`
  bool answered = false;  // `answer` may be taken
  bool refused = false;   // some answer was: nothing
};

// While it lives, signatures asked for in this thread go to `desk`. Around every call of OpenSSL that may sign.
class AtWork {
 public:
  explicit AtWork(SigningDesk& desk);
  ~AtWork();
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  SigningDesk* before_;
};

// Whether set_blocking_signer() gave one.
[[nodiscard]] bool has_blocking_signer();

}  // namespace tls
