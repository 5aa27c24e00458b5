// Questions: what is counted as the same, and what an answer's numbers mean.
#include "reputation/question.hpp"

#include <gmock/gmock.h>

namespace reputation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string triplet(std::string_view network, std::string_view sender, std::string_view recipient) {
  return greylisting({}, {network, sender, recipient}).keys.front();
}

TEST(Questions, have_the_clients_network_between_braces_and_no_mailbox) {
  const Question question = greylisting({}, {"192.0.2.0/24", "a@client.example", "b@mail.example"});
  ASSERT_EQ(question.keys.size(), 2U);
  for (const std::string& key : question.keys) {
    EXPECT_THAT(key, HasSubstr("{192.0.2.0/24}"));
    EXPECT_THAT(key, Not(HasSubstr("example")));
  }
  EXPECT_THAT(question.numbers, ElementsAre(300, 172800, 3024000, 5));
}

TEST(Questions, tell_triplets_apart_by_each_of_their_parts) {
  const std::string one = triplet("192.0.2.0/24", "a@x", "b@y");
  EXPECT_EQ(one, triplet("192.0.2.0/24", "a@x", "b@y"));
  EXPECT_NE(one, triplet("192.0.3.0/24", "a@x", "b@y"));
  EXPECT_NE(one, triplet("192.0.2.0/24", "c@x", "b@y"));
  EXPECT_NE(one, triplet("192.0.2.0/24", "a@x", "c@y"));
  EXPECT_NE(triplet("n", "ab", "c"), triplet("n", "a", "bc"));
}

TEST(Questions, hash_triplets_the_same_in_every_release) {
  // Nodes of a fleet are not replaced all at once.
  EXPECT_EQ(triplet("192.0.2.0/24", "a@x", "b@y"), "ehlock:triplet:{192.0.2.0/24}:8f42ce36c4dd4905a27b5fd27bc4c52b");
}

TEST(Mailboxes, are_the_same_without_detail_case_and_numbers) {
  EXPECT_EQ(same_mailbox("Bounce-4711-0815@Lists.Example"), "bounce-#-#@lists.example");
  EXPECT_EQ(same_mailbox("user+list@mail.example"), "user@mail.example");
  EXPECT_EQ(same_mailbox("+odd@mail.example"), "+odd@mail.example");
  EXPECT_EQ(same_mailbox("a@b@mail9.example"), "a@b@mail9.example");
  EXPECT_EQ(same_mailbox(""), "");
  EXPECT_EQ(same_mailbox("local"), "local");
}

TEST(Mailboxes, of_the_postmaster_are_known) {
  EXPECT_TRUE(is_postmaster("postmaster"));
  EXPECT_TRUE(is_postmaster("Postmaster@mail.example"));
  EXPECT_FALSE(is_postmaster("not-postmaster@mail.example"));
  EXPECT_FALSE(is_postmaster(""));
}

TEST(Questions, leave_out_what_is_not_asked_for) {
  Settings settings;
  EXPECT_FALSE(settings.judges_arrivals());
  EXPECT_THAT(arrival(settings, "n").numbers, ElementsAre(0));
  EXPECT_THAT(report(settings, "n", {7, true}).numbers, ElementsAre(0, 60, 0));
  settings.client_rate = {10, std::chrono::seconds(30)};
  settings.client_errors = {10, std::chrono::seconds(600)};
  settings.patient_keep = std::chrono::seconds(9);
  EXPECT_TRUE(settings.judges_arrivals());
  EXPECT_THAT(arrival(settings, "n").numbers, ElementsAre(30));
  EXPECT_THAT(report(settings, "n", {7, true}).numbers, ElementsAre(7, 600, 9));
  EXPECT_THAT(report(settings, "n", {0, false}).numbers, ElementsAre(0, 600, 0));
}

TEST(Answers, that_are_none_are_not_taken_for_one) {
  for (const Numbers& wrong :
       {Numbers{}, Numbers{1}, Numbers{4, 0}, Numbers{-1, 0}, Numbers{0, -1}, Numbers{0, 1, 2}}) {
    EXPECT_FALSE(greylisted_of(wrong));
  }
  for (const Numbers& wrong : {Numbers{}, Numbers{1, 2}, Numbers{-1, 0, 0}, Numbers{0, 0, 0, 0}}) {
    EXPECT_FALSE(standing_of(wrong));
  }
  EXPECT_EQ(greylisted_of({1, 42})->state, Greylisted::State::came);
  EXPECT_EQ(greylisted_of({1, 42})->seconds, 42U);
  EXPECT_TRUE(standing_of({3, 4, 1})->patient);
  EXPECT_EQ(standing_of({3, 4, 0})->errors, 4U);
}

}  // namespace
}  // namespace reputation
