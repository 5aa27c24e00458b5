// KnownFacts: what the latest handshakes found. Most sessions of a server find the same, and keep one copy together.
#pragma once

#include <array>
#include <memory>

#include "tls/facts.hpp"

namespace session {

class KnownFacts {
 public:
  // The facts as one of the latest sessions has them, if one has; else they become the latest.
  [[nodiscard]] std::shared_ptr<const tls::Facts> shared(tls::Facts facts);

 private:
  // Versions, full and resumed handshakes, a few names: there are not many kinds.
  std::array<std::shared_ptr<const tls::Facts>, 8> latest_;
  std::size_t oldest_ = 0;
};

}  // namespace session
