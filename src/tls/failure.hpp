// OpenSSL's reasons put into the project's closed list.
#pragma once

#include "tls/facts.hpp"
#include "tls/openssl.hpp"

namespace tls {

enum class Stage { before_hello, after_hello };  // the peer's first message

// What the error queue, which is emptied, means for a connection that had come to `stage`.
[[nodiscard]] Failure explain(SSL* ssl, Stage stage);

}  // namespace tls
