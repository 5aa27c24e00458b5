// OpenSSL's start in a process that is jailed already: whatever it would look for in files is left alone.
#pragma once

#include <string>

#include "base/result.hpp"
#include "tls/settings.hpp"

namespace tls {

// `advised`: those of few_algorithms.hpp, in a third of the time.
enum class Algorithms { all, advised };

// Before the first use of OpenSSL in this process, or it starts by itself and reads openssl.cnf. False: it cannot
// start.
[[nodiscard]] bool start_library(Algorithms algorithms);

// What `advised` serves: settings that choose no ciphers, groups and older versions, and ask for no client certificate,
// which could be signed by anything.
[[nodiscard]] Algorithms algorithms_for(const ServerSettings& settings);

// "OpenSSL 3.0.16 11 Feb 2025": the one at run time.
[[nodiscard]] std::string library_version();

// OpenSSL's number for it, 805306624 for 3.0.16.
[[nodiscard]] unsigned long library_number();

// Fails for a library at run time that is older than the headers this was built with, or of another major version: its
// behaviour was never tested (threat 58).
[[nodiscard]] base::Result<void> check_library();

}  // namespace tls
