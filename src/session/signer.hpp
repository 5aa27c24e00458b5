// Signer: asks the key process for signatures, for all sessions of a worker at once.
#pragma once

#include <string>

#include "session/correspondent.hpp"
#include "tls/signing.hpp"

namespace session {

class Signer {
 public:
  Signer(net::Loop& loop, os::UniqueFd channel, std::uint64_t first_number);

  // The signature; empty when the key process refused or did not answer in time.
  [[nodiscard]] net::Task<std::string> sign(tls::SignatureRequest request, net::Deadline deadline);

  [[nodiscard]] Correspondent& correspondent() { return correspondent_; }

 private:
  Correspondent correspondent_;
};

}  // namespace session
