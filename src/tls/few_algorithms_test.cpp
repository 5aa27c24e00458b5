// What the few algorithms are enough for: each handshake in a process of its own, in which OpenSSL was not started
// before.
#include "tls/few_algorithms.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/text.hpp"
#include "tls/known.hpp"
#include "tls/library.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

// Making keys takes more than the few.
SelfSigned made_elsewhere(KeyKind kind) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  const pid_t maker = ::fork();
  if (maker == 0) {
    const auto made = make_self_signed({"mail.example"}, kind, std::chrono::hours(24)).value();
    const std::string both = made.chain_pem + '\0' + made.key_pem;
    ::_exit(::write(ends[1], both.data(), both.size()) == static_cast<ssize_t>(both.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string both(65536, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    got = std::max<ssize_t>(0, ::read(ends[0], both.data() + size, both.size() - size));
  }
  ::waitpid(maker, nullptr, 0);
  both.resize(size);
  const auto parts = base::split(both, '\0');
  SelfSigned made;
  made.chain_pem = parts.front();
  made.key_pem = parts.back();
  return made;
}

bool shakes_hands(KeyKind kind, Version highest) {
  const SelfSigned made = made_elsewhere(kind);
  if (!start_library(Algorithms::advised) || !has_few_algorithms()) return false;
  auto key = PrivateKey::from_pem(made.key_pem);
  if (!key) return false;
  const auto server = Context::server({}, {{made.chain_pem, *key, "test"}}, nullptr);
  if (!server) return false;
  test::Pair pair(test::client("mail.example", highest), *server);
  const bool whole = test::send(*pair.client, *pair.server, "EHLO a\r\n") == "EHLO a\r\n";
  return whole && pair.server->facts().protocol == (highest == Version::tls1_3 ? "TLSv1.3" : "TLSv1.2");
}

TEST(FewAlgorithms, are_enough_for_a_handshake_with_each_kind_of_key) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // the process begins anew
  for (const KeyKind kind : {KeyKind::ecdsa_p256, KeyKind::ecdsa_p384, KeyKind::rsa_2048, KeyKind::ed25519}) {
    for (const Version highest : {Version::tls1_2, Version::tls1_3}) {
      EXPECT_EXIT(::_exit(shakes_hands(kind, highest) ? 0 : 1), ::testing::ExitedWithCode(0), "")
          << static_cast<int>(kind);
    }
  }
}

bool know_the_groups() {
  const bool started = start_library(Algorithms::advised);
  return started && knows_group("X25519") && knows_group("P-256") && knows_group("P-384") && !knows_group("ffdhe2048");
}

TEST(FewAlgorithms, have_the_groups_of_the_advice) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(::_exit(know_the_groups() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

TEST(FewAlgorithms, are_for_settings_that_choose_nothing_else) {
  ServerSettings settings;
  EXPECT_EQ(algorithms_for(settings), Algorithms::advised);
  settings.ciphers = "AES128-SHA";
  EXPECT_EQ(algorithms_for(settings), Algorithms::all);
  settings = {};
  settings.groups = "ffdhe2048";
  EXPECT_EQ(algorithms_for(settings), Algorithms::all);
  settings = {};
  settings.min_version = Version::tls1_0;
  EXPECT_EQ(algorithms_for(settings), Algorithms::all);
  settings = {};
  settings.client_certificate = ClientCertificate::ask;
  EXPECT_EQ(algorithms_for(settings), Algorithms::all);
}

}  // namespace
}  // namespace tls
