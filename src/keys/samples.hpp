// For the tests of this room: keys and certificates of each kind, made once per process (RSA takes its time), and
// requests that fit them.
#pragma once

#include <string>
#include <vector>

#include "keys/store.hpp"
#include "tls/self_signed.hpp"
#include "tls/signing.hpp"

namespace keys::samples {

// For "mx.example".
[[nodiscard]] const tls::SelfSigned& identity(tls::KeyKind kind);

[[nodiscard]] std::vector<tls::KeyKind> all_kinds();

// "ecdsa_p256", for test names and messages.
[[nodiscard]] const char* name(tls::KeyKind kind);

// A store of these keys, numbered in their order.
[[nodiscard]] Store store(const std::vector<tls::KeyKind>& kinds);

// A request the key `number` of that kind signs: PSS for RSA.
[[nodiscard]] tls::SignatureRequest request(std::uint32_t number, tls::KeyKind kind);

// Whether `signature` answers the request, by the public half alone.
[[nodiscard]] bool verifies(const std::string& public_der, const tls::SignatureRequest& request,
                            const std::string& signature);

}  // namespace keys::samples
