// OpenSSL's start without files and without a clean-up at exit.
#include "tls/library.hpp"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

namespace tls {

bool start_library() {
  return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr) == 1;
}

unsigned long library_number() {
  return OpenSSL_version_num();
}

std::string library_version() {
  return OpenSSL_version(OPENSSL_VERSION);
}

base::Result<void> check_library() {
  // MNNFFPPS (OpenSSL_version_num(3)): what is left are major and minor.
  constexpr int patch_bits = 20;
  const auto found = OpenSSL_version_num() >> patch_bits;
  const auto built_with = static_cast<unsigned long>(OPENSSL_VERSION_NUMBER) >> patch_bits;
  const bool fits = OPENSSL_version_major() == OPENSSL_VERSION_MAJOR && found >= built_with;
  if (fits) return {};
  return base::fail("the library found is {}, but this program was built with {}", library_version(),
                    OPENSSL_VERSION_TEXT);
}

}  // namespace tls
