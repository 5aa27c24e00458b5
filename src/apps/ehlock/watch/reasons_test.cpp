// docs/troubleshooting.md against the closed lists in the code: a reason that is not explained is of no use.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "smtp/outcome.hpp"
#include "tls/facts.hpp"

namespace app {
namespace {

std::string page() {
  const char* source = std::getenv("EHLOCK_SOURCE");
  std::ifstream file(std::string(source == nullptr ? "." : source) + "/docs/troubleshooting.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Troubleshooting, explains_every_reason_a_handshake_fails_for) {
  const std::string text = page();
  for (int i = static_cast<int>(tls::FailReason::none) + 1; i <= static_cast<int>(tls::FailReason::truncated); ++i) {
    const std::string row = fmt::format("\n| `{}` |", tls::name_of(static_cast<tls::FailReason>(i)));
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

TEST(Troubleshooting, explains_every_end_of_a_session) {
  const std::string text = page();
  for (int i = 0; i <= static_cast<int>(smtp::Outcome::shutting_down); ++i) {
    const std::string row = fmt::format("\n| `{}` |", smtp::text_of(static_cast<smtp::Outcome>(i)));
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace app
