// main() of the unit tests of a room: each test has a deadline, at which the program ends and names it.
#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

constexpr unsigned int seconds = 120;  // the slowest takes two, ten under sanitizers

std::string& overdue() {
  static std::string text;
  return text;
}

void give_up(int /*signal*/) {
  (void)!::write(STDERR_FILENO, overdue().data(), overdue().size());
  ::_exit(1);
}

// Processes that a test forks have no deadline of their own: alarm(2) is not inherited.
class Deadline : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo& test) override {
    overdue() = std::string(test.test_suite_name()) + "." + test.name() + " is not done at its deadline\n";
    ::alarm(seconds);
  }
  void OnTestEnd(const ::testing::TestInfo& /*test*/) override { ::alarm(0); }
};

}  // namespace

int main(int count, char** words) {
  ::testing::InitGoogleMock(&count, words);
  (void)std::signal(SIGALRM, give_up);
  ::testing::UnitTest::GetInstance()->listeners().Append(std::make_unique<Deadline>().release());
  return RUN_ALL_TESTS();
}
