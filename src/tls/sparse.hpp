// Octets most of which are zeros, in a form that takes little more than the others: for each eight octets a bit
// (whether any is not zero), then for each such eight a mask, and its octets that are not zero. Pure; keeps nothing.
#pragma once

#include <cstddef>
#include <span>

namespace tls {

// How many octets are turned at a time.
inline constexpr std::size_t sparse_block = 1024;

// The size of a block's short form.
[[nodiscard]] std::size_t sparse_size(std::span<const char, sparse_block> block);

// Writes the short form; returns its end.
char* write_sparse(std::span<const char, sparse_block> block, char* out);

// Makes the block, which consists of zeros, what it was; returns the end of its short form.
const char* read_sparse(const char* in, std::span<char, sparse_block> block);

}  // namespace tls
