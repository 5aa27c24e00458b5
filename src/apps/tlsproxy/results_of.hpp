// What a handshake found, in the terms of the TLS context reply (flag 4 of a request).
#pragma once

#include "postfix/handoff.hpp"
#include "postfix/tls_results.hpp"
#include "tls/facts.hpp"

namespace app {

[[nodiscard]] postfix::TlsResults results_of(const tls::Facts& facts, const postfix::Handoff& handoff);

}  // namespace app
