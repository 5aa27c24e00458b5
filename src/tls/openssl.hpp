// OpenSSL's objects as owning pointers, and its error queue read in one place. Seen by tls/ and keys/ only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/result.hpp"

namespace tls {

template <auto Free>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using SslPtr = std::unique_ptr<SSL, FreedBy<SSL_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>>;
using SessionPtr = std::unique_ptr<SSL_SESSION, FreedBy<SSL_SESSION_free>>;
using BioPtr = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using BioMethodPtr = std::unique_ptr<BIO_METHOD, FreedBy<BIO_meth_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreedBy<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, FreedBy<GENERAL_NAME_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;

// One entry of the error queue.
struct Fault {
  int library = 0;  // ERR_LIB_...
  int reason = 0;   // SSL_R_... where the library is ERR_LIB_SSL
  std::string text;
  std::string whole;  // "error:0A00010B:SSL routines::wrong version number:FILE:LINE:"
};

// Empties the queue; oldest first, which is where the cause is.
[[nodiscard]] std::vector<Fault> take_faults();

// Empties the queue: next to nothing where it is empty, which cannot be said of ERR_clear_error().
inline void forget_faults() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

// Empties the queue into one Error: "WHAT: no start line".
[[nodiscard]] tl::unexpected<base::Error> fail_openssl(std::string_view what);

// Text as the octets OpenSSL takes, and back. Views of the same bytes.
[[nodiscard]] const unsigned char* octets(std::string_view text);
[[nodiscard]] std::string_view chars(const unsigned char* bytes, std::size_t size);

// A memory BIO that reads `text`, which must outlive it; and one to write into with what was written.
[[nodiscard]] BioPtr reading(std::string_view text);
[[nodiscard]] BioPtr writing();
[[nodiscard]] std::string written(BIO* bio);

// For every reader of PEM: there is nobody to type a password, so encrypted files are an error, never a prompt.
[[nodiscard]] int no_password(char* buffer, int size, int writing, void* context);

[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace tls
