// OpenSSL's start in a process that is jailed already: whatever it would look for in files is left alone.
#pragma once

namespace tls {

// Before the first use of OpenSSL in this process, or it starts by itself and reads openssl.cnf. False: it cannot
// start.
[[nodiscard]] bool start_library();

}  // namespace tls
