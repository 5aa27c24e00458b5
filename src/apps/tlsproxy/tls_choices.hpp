// Versions, ciphers, groups and options: main.cf's words made into settings of tls/.
#pragma once

#include <string>
#include <vector>

#include "apps/tlsproxy/parameter_reading.hpp"
#include "base/result.hpp"
#include "postfix/main_cf.hpp"
#include "tls/settings.hpp"

namespace app {

// What the level means for the lists that hold.
struct Demands {
  bool mandatory = false;
  bool client_certificate = false;
};

// An error, in Postfix's words, disables TLS.
[[nodiscard]] base::Result<void> choose_ciphers(const postfix::Parameters& parameters, Demands demands,
                                                tls::ServerSettings& into);

// All but the ciphers, which are chosen before. An error, in Postfix's words, disables TLS; what has no effect is a
// warning.
[[nodiscard]] base::Result<void> choose_algorithms(ParameterReading& reading, Demands demands,
                                                   tls::ServerSettings& into, std::vector<std::string>& warnings);

}  // namespace app
