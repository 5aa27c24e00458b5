#include "tls/sparse.hpp"

#include <algorithm>
#include <bitset>

namespace tls {
namespace {

constexpr std::size_t width = 8;
constexpr std::size_t words = sparse_block / width;
using Map = std::bitset<words>;
using Mask = std::bitset<width>;

Mask mask_of(const char* word) {
  Mask mask;
  for (std::size_t i = 0; i < width; ++i) mask[i] = word[i] != 0;
  return mask;
}

bool is_zero(const char* word) {
  return std::all_of(word, word + width, [](char octet) { return octet == 0; });
}

}  // namespace

std::size_t sparse_size(std::span<const char, sparse_block> block) {
  std::size_t size = sizeof(Map);
  for (std::size_t at = 0; at < block.size(); at += width) {
    if (!is_zero(&block[at])) size += 1 + mask_of(&block[at]).count();
  }
  return size;
}

char* write_sparse(std::span<const char, sparse_block> block, char* out) {
  Map map;
  char* end = out + sizeof map;
  for (std::size_t i = 0; i < words; ++i) {
    const char* const word = &block[i * width];
    if (is_zero(word)) continue;
    map.set(i);
    const Mask mask = mask_of(word);
    *end++ = static_cast<char>(mask.to_ulong());
    end = std::copy_if(word, word + width, end, [](char octet) { return octet != 0; });
  }
  std::copy_n(reinterpret_cast<const char*>(&map), sizeof map, out);
  return end;
}

const char* read_sparse(const char* in, std::span<char, sparse_block> block) {
  Map map;
  std::copy_n(in, sizeof map, reinterpret_cast<char*>(&map));
  in += sizeof map;
  for (std::size_t i = 0; i < words; ++i) {
    if (!map[i]) continue;
    const Mask mask(static_cast<unsigned char>(*in++));
    for (std::size_t octet = 0; octet < width; ++octet) {
      if (mask[octet]) block[i * width + octet] = *in++;
    }
  }
  return in;
}

}  // namespace tls
