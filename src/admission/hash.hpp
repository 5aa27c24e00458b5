// A hash of client networks that a client cannot foresee: SipHash-2-4 (Aumasson, Bernstein 2012) with a random key.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace admission {

using HashKey = std::array<std::uint64_t, 2>;

[[nodiscard]] std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes);

}  // namespace admission
