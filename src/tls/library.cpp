// OpenSSL's start without files and without a clean-up at exit.
#include "tls/library.hpp"

#include <openssl/ssl.h>

namespace tls {

bool start_library() {
  return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr) == 1;
}

}  // namespace tls
