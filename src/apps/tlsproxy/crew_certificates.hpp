// The certificates of main.cf, read for a crew: chains for the workers, and where the key process finds the keys.
#pragma once

#include <string>
#include <vector>

#include "apps/tlsproxy/crew.hpp"
#include "apps/tlsproxy/tls_configuration.hpp"

namespace app {

// At least one chain. Errors in Postfix's words, a line each; one chain at fault and none is used, as there.
[[nodiscard]] base::Result<CrewCertificates> read_certificates_of(const TlsConfiguration& configuration);

// Every file whose change means to read them anew.
[[nodiscard]] std::vector<std::string> files_of(const TlsConfiguration& configuration);

}  // namespace app
