// The certificates of main.cf, read for a crew: chains for the workers, and where the key process finds the keys.
#pragma once

#include <string>
#include <vector>

#include "apps/tlsproxy/crew.hpp"
#include "apps/tlsproxy/tls_configuration.hpp"

namespace app {

// At least one chain. Errors in Postfix's words, a line each; one chain at fault and none is used, as there.
[[nodiscard]] base::Result<CrewCertificates> read_certificates_of(const TlsConfiguration& configuration);

// What the original says of a key that could not be used; `fault` begins with its file.
[[nodiscard]] std::string words_for_bad_key(const TlsConfiguration& configuration, std::string_view fault);

// Every file whose change means to read them anew.
[[nodiscard]] std::vector<std::string> files_of(const TlsConfiguration& configuration);

}  // namespace app
