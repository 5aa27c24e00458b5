// What a worker makes of a key process or launcher that answers wrongly: nothing, or the end of the worker (threat 48).
#include "session/correspondent.hpp"

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "keys/wire.hpp"
#include "session/launcher_client.hpp"
#include "session/signer.hpp"

namespace session {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t first_number = 1000;

void broken(std::string_view fault) {
  ADD_FAILURE() << fault;
}

// The other process: what it says is said by the test.
template <typename Client>
class Asked : public ::testing::Test {
 protected:
  Asked() : pair_(*os::make_socket_pair(SOCK_SEQPACKET)), client_(loop_, std::move(pair_.first), first_number) {
    (void)os::make_non_blocking(pair_.second.get());
    client_.correspondent().start(broken);
  }

  void say(const std::string& bytes, const std::vector<int>& fds = {}) {
    ASSERT_TRUE(os::send_packet(pair_.second.get(), bytes, fds).value_or(false));
  }
  // What it is asked next; empty for nothing.
  std::string hear() {
    auto packet = os::receive_packet(pair_.second.get());
    return packet && *packet ? (*packet)->bytes : "";
  }
  void hang_up() { pair_.second.reset(); }

  // Once the loop runs and what was spawned before has asked.
  void answer_with(std::vector<std::string> answers, std::vector<int> fds = {}) {
    net::spawn(loop_, speak(std::move(answers), std::move(fds)), broken);
  }

  net::Loop loop_;
  os::FdPair pair_;
  Client client_;

 private:
  net::Task<void> speak(std::vector<std::string> answers, std::vector<int> fds) {
    co_await loop_.sleep_until(net::Clock::now());
    for (const std::string& each : answers) say(each, fds);
  }
};

struct SignerAsked : Asked<Signer> {
  // The loop runs until `limit` has passed, or the signature came: "-" for none.
  std::string signature(milliseconds limit) {
    std::string found = "-";
    net::spawn(loop_, ask(found, net::after(limit)), broken);
    loop_.run();
    return found;
  }
  net::Task<void> ask(std::string& found, net::Deadline deadline) {
    const tls::SignatureRequest request{0, tls::SignatureKind::ecdsa, "SHA256", 0, std::string(32, 'd')};
    found = co_await client_.sign(request, deadline);
    loop_.stop();
  }
  static std::string answer(std::uint64_t number, const std::string& signature) {
    return keys::encode(keys::SignAnswer{number, signature});
  }
};

struct LauncherAsked : Asked<LauncherClient> {
  std::string fault() {
    std::string found;
    net::spawn(loop_, ask(found), broken);
    loop_.run();
    return found;
  }
  net::Task<void> ask(std::string& found) {
    const auto launched = co_await client_.launch(LaunchTarget::backend, {}, net::after(milliseconds(200)));
    found = launched ? "none" : launched.error().text;
    loop_.stop();
  }
};

TEST_F(SignerAsked, threat_48_answers_that_nobody_asked_for_are_nobodys) {
  say(answer(first_number, "of a question to come"));
  answer_with({answer(7, "of another worker"), answer(first_number, "mine"), answer(first_number, "again")});
  EXPECT_EQ(signature(milliseconds(5000)), "mine");
}

TEST_F(SignerAsked, threat_48_answers_to_others_are_no_answer) {
  for (std::uint64_t number = 0; number < 100; ++number) say(answer(number, "wrong"));
  EXPECT_EQ(signature(milliseconds(50)), "");
  EXPECT_TRUE(keys::decode_request(hear()));
}

TEST_F(SignerAsked, threat_48_an_empty_signature_is_a_refusal) {
  answer_with({answer(first_number, "")});
  EXPECT_EQ(signature(milliseconds(5000)), "");
}

TEST_F(SignerAsked, threat_48_one_that_hung_up_for_good_ends_the_worker) {
  hang_up();
  EXPECT_DEATH(signature(milliseconds(50)), "malformed message between own processes");
}

TEST_F(SignerAsked, threat_48_every_truncation_ends_the_worker) {
  const std::string whole = answer(first_number, "signature");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto cut = [&] {
      say(whole.substr(0, size));
      (void)signature(milliseconds(5000));
    };
    EXPECT_DEATH(cut(), "malformed message between own processes") << size;
  }
}

TEST_F(SignerAsked, threat_48_garbage_ends_the_worker) {
  for (const std::string& garbage : {std::string("220 ready\r\n"), std::string(5, '\0'),
                                     std::string(os::max_packet, 'x'), answer(first_number, "signature") + "x"}) {
    const auto talk = [&] {
      say(garbage);
      (void)signature(milliseconds(5000));
    };
    EXPECT_DEATH(talk(), "malformed message between own processes");
  }
}

TEST_F(LauncherAsked, threat_48_an_answer_without_its_descriptor_is_none) {
  answer_with({encode(LaunchAnswer{first_number, ""})});
  EXPECT_EQ(fault(), "the launcher passed no descriptor");
}

TEST_F(LauncherAsked, threat_48_more_than_one_descriptor_is_none) {
  answer_with({encode(LaunchAnswer{first_number, ""})}, {0, 1});
  EXPECT_EQ(fault(), "the launcher passed no descriptor");
}

TEST_F(LauncherAsked, threat_48_a_descriptor_with_a_fault_is_not_taken) {
  answer_with({encode(LaunchAnswer{first_number, "100 programs are running"})}, {0});
  EXPECT_EQ(fault(), "100 programs are running");
}

TEST_F(LauncherAsked, threat_48_silence_gives_back_what_may_still_be_started) {
  EXPECT_EQ(fault(), "the launcher gave no answer");
  EXPECT_TRUE(decode_launch_request(hear()));
  EXPECT_TRUE(decode_launch_release(hear()));
}

}  // namespace
}  // namespace session
