// TlsFacts: what a handshake found, as far as SMTP tells it on (trace header, policy).
#pragma once

#include <string>

namespace smtp {

struct TlsFacts {
  std::string protocol;    // "TLSv1.3"; empty: no TLS
  std::string cipher;      // "TLS_AES_128_GCM_SHA256"
  int bits = 0;            // of the key in use
  int algorithm_bits = 0;  // of the cipher's algorithm; 0: the same
};

}  // namespace smtp
