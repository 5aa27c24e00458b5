// Callbacks that run out of memory.
#include "tls/shielded.hpp"

#include <new>

#include <gtest/gtest.h>

namespace tls {
namespace {

int halved(int number) {
  if (number < 0) throw std::bad_alloc();
  return number / 2;
}

int* place_of(int& number, bool found) {
  if (!found) throw std::bad_alloc();
  return &number;
}

void noted(int& count) {
  ++count;
  throw std::bad_alloc();
}

TEST(Shielded, a_result_passes_and_an_exception_is_the_failure) {
  EXPECT_EQ((shielded<halved, -1>)(8), 4);
  EXPECT_EQ((shielded<halved, -1>)(-8), -1);
  EXPECT_EQ(shielded<halved>(-8), 0);
}

TEST(Shielded, pointers_and_nothing_are_results_too) {
  int number = 0;
  EXPECT_EQ(shielded<place_of>(number, true), &number);
  EXPECT_EQ(shielded<place_of>(number, false), nullptr);
  shielded<noted>(number);
  EXPECT_EQ(number, 1);
}

}  // namespace
}  // namespace tls
