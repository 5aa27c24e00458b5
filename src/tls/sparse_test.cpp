#include "tls/sparse.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <gtest/gtest.h>

namespace tls {
namespace {

using Block = std::array<char, sparse_block>;

// The short form of the block, which must come back from it.
std::string turned(const Block& block) {
  std::string text(sparse_size(block), '\0');
  EXPECT_EQ(write_sparse(block, text.data()), text.data() + text.size());
  Block again{};
  EXPECT_EQ(read_sparse(text.data(), again), text.data() + text.size());
  EXPECT_EQ(again, block);
  return text;
}

TEST(Sparse, of_zeros_only_the_map_is_left) {
  EXPECT_EQ(turned(Block{}), std::string(16, '\0'));
}

TEST(Sparse, octets_that_are_not_zero_come_back_wherever_they_are) {
  Block block{};
  std::size_t expected = 16;
  for (std::size_t at = 0; at < block.size(); at += 9) {
    block[at] = static_cast<char>(at % 255 + 1);
    expected += 2;  // the mask of its eight, and itself
  }
  block.back() = '\xff';
  EXPECT_EQ(turned(block).size(), expected + 1);  // its eight has another one
}

TEST(Sparse, a_block_without_zeros_takes_an_eighth_more) {
  Block block{};
  std::fill(block.begin(), block.end(), '\x80');
  EXPECT_EQ(turned(block).size(), 16 + 128 * 9);
}

}  // namespace
}  // namespace tls
