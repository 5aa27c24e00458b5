// The wire of one connection: two base::Buffers, and a BIO over them. A memory BIO would keep its largest size for
// ever; these give their memory back when empty.
#pragma once

#include <cstddef>

#include "base/buffer.hpp"
#include "tls/openssl.hpp"

namespace tls {

// One record (RFC 8446 §5.2: 16 KiB and 256 octets) and a bit.
inline constexpr std::size_t incoming_limit = std::size_t{17} * 1024;
// One flight with the largest certificate chain Context takes, or one call of write().
inline constexpr std::size_t outgoing_limit = std::size_t{256} * 1024;

struct Wire {
  base::Buffer incoming{incoming_limit};
  base::Buffer outgoing{outgoing_limit};
  std::size_t consumed = 0;  // octets OpenSSL took from incoming, ever
};

// Reads from wire.incoming and writes to wire.outgoing; asks to be retried when there is nothing, or no room. `wire`
// must outlive the BIO.
[[nodiscard]] BioPtr bio_over(Wire& wire);

}  // namespace tls
