// How a signature by a key that lives elsewhere is asked for in the middle of a handshake without blocking: the
// provider of keys/remote_key calls ask_for_signature(), which pauses OpenSSL's job; the Engine reports want_signature;
// the session asks the key process, hands the answer to the Engine and lets the handshake go on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tls {

enum class SignatureKind : std::uint8_t { rsa_pkcs1 = 1, rsa_pss = 2, ecdsa = 3, ed25519 = 4 };

struct SignatureRequest {
  std::uint32_t key = 0;  // the key process's number of the key
  SignatureKind kind = SignatureKind::ecdsa;
  std::string digest;      // "SHA256"; empty for ed25519
  std::uint16_t salt = 0;  // rsa_pss: salt length in octets
  std::string data;        // the digest to sign; for ed25519 the whole message (at most 512 octets)
};

// Called by the provider, inside a handshake step of an Engine: pauses until the Engine was given an answer. Nothing
// when the key process failed, or when no Engine is at work or it may not pause (then the fallback of
// set_blocking_signer is used, if there is one).
[[nodiscard]] std::optional<std::string> ask_for_signature(const SignatureRequest& request);

// For programs that may wait (one connection per process): how a signature is got where no handshake can pause. Engines
// started while a signer is set never report want_signature. An empty function takes it away. Process-wide; set before
// the first handshake.
using BlockingSigner = std::function<std::optional<std::string>(const SignatureRequest&)>;
void set_blocking_signer(BlockingSigner signer);

}  // namespace tls
