// For processes that live for one connection: a provider that has OpenSSL's own algorithms, but of these only the few
// that our advice of TLS needs. OpenSSL makes an object of every algorithm a provider has, with all its names, as soon
// as the first of its kind is wanted: that was most of what a handshake cost there.
#pragma once

namespace tls {

inline constexpr const char* few_algorithms_name = "ehlock-few";

// Into the default library context, before anything was fetched there; nothing else is found there afterwards. Signs
// with and verifies RSA, ECDSA and Ed25519; ciphers, groups and digests are those of ServerSettings' defaults, and the
// digests of TLS 1.0 and 1.1. False: OpenSSL did not take it.
[[nodiscard]] bool load_few_algorithms();

// Whether that was done in this process.
[[nodiscard]] bool has_few_algorithms();

}  // namespace tls
