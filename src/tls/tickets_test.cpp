// Session tickets: keys from a secret and the clock, and what a ticket may and may not do.
#include "tls/tickets.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::both_done;
using test::identity;
using test::Pair;
using test::ring;

std::vector<base::Secret> secrets(const std::string& letters) {
  std::vector<base::Secret> made;
  for (const char letter : letters) made.emplace_back(std::string(32, letter));
  return made;
}

std::shared_ptr<TicketRing> ring_of(const std::string& letters, std::int64_t epoch) {
  auto made = std::make_shared<TicketRing>();
  made->replace(current_ticket_keys(secrets(letters), epoch));
  return made;
}

// A session made under one ring, used under another.
bool resumes(std::shared_ptr<TicketRing> before, std::shared_ptr<TicketRing> after, Version version = Version::tls1_3) {
  const std::vector<Identity> same{identity({"mail.example"})};
  Pair first(test::client("mail.example", version), test::server({}, same, std::move(before)));
  Pair second(test::client("mail.example", version), test::server({}, same, std::move(after)), first.session());
  EXPECT_TRUE(both_done(second.ends));
  EXPECT_EQ(second.client->facts().resumed, second.server->facts().resumed);
  return second.server->facts().resumed;
}

TEST(TicketKeys, depend_on_secret_and_epoch_alone) {
  const auto secret = secrets("ab");
  const auto text = [](const TicketKey& key) { return std::string(key.material.reveal()); };
  EXPECT_EQ(text(derive_ticket_key(secret[0], 7)), text(derive_ticket_key(secret[0], 7)));
  EXPECT_NE(text(derive_ticket_key(secret[0], 7)), text(derive_ticket_key(secret[0], 8)));
  EXPECT_NE(text(derive_ticket_key(secret[0], 7)), text(derive_ticket_key(secret[1], 7)));
  EXPECT_EQ(derive_ticket_key(secret[0], 7).material.size(), 80U);
}

TEST(TicketKeys, the_derivation_never_changes_between_releases) {
  // Nodes of a cluster are not replaced all at once.
  const TicketKey key = derive_ticket_key(base::Secret(std::string(32, 's')), 1000);
  EXPECT_EQ(base::hex(key.material.reveal()),
            "d2cc3c3c12fbc447082e9c65f5aeb5d72376a35cab9ba08f2c6a3c83e87d31229ebb057fb755adda"
            "7590d5fcb5bf9559da8f9385797b1ae073c317edf29452a8272d04957ffd9ca688ed9e196aac884b");
}

TEST(TicketKeys, the_first_secret_encrypts_with_this_epoch_and_all_decrypt) {
  const auto keys = current_ticket_keys(secrets("ab"), 100);
  std::vector<std::int64_t> epochs;
  epochs.reserve(keys.size());
  for (const TicketKey& key : keys) epochs.push_back(key.epoch);
  EXPECT_THAT(epochs, testing::ElementsAre(100, 99, 101, 100, 99, 101));
}

TEST(TicketKeys, an_epoch_is_an_hour) {
  using Clock = std::chrono::system_clock;
  EXPECT_EQ(ticket_epoch(Clock::time_point(std::chrono::seconds(7199))), 1);
  EXPECT_EQ(ticket_epoch(Clock::time_point(std::chrono::seconds(7200))), 2);
}

TEST(Tickets, resume_in_tls_1_3_and_1_2) {
  EXPECT_TRUE(resumes(ring(), ring()));
  EXPECT_TRUE(resumes(ring(), ring(), Version::tls1_2));
}

TEST(Tickets, a_node_with_the_same_secret_resumes_what_another_began_whatever_its_clock) {
  for (const std::int64_t skew : {-1, 0, 1}) EXPECT_TRUE(resumes(ring(1000), ring(1000 + skew))) << skew;
}

TEST(Tickets, threat_31_are_dead_after_two_periods) {
  EXPECT_FALSE(resumes(ring(1000), ring(1002)));
  EXPECT_FALSE(resumes(ring(1000), ring(1002), Version::tls1_2));
}

TEST(Tickets, of_another_secret_give_a_full_handshake) {
  EXPECT_FALSE(resumes(ring(1000, 'a'), ring(1000, 'b')));
}

TEST(Tickets, a_secret_is_replaced_by_putting_the_new_one_in_front) {
  EXPECT_TRUE(resumes(ring_of("a", 5), ring_of("ba", 5)));
  EXPECT_TRUE(resumes(ring_of("ba", 5), ring_of("b", 5)));
  EXPECT_FALSE(resumes(ring_of("ba", 5), ring_of("a", 5)));
}

// Two nodes, each with a file of one or two secrets and a clock of its own, at any distance from the border of an
// epoch.
TEST(Tickets, resume_between_two_nodes_exactly_when_secrets_and_clocks_fit) {
  constexpr std::int64_t hour = 3600;
  const auto epoch_at = [](std::int64_t second) {
    return ticket_epoch(std::chrono::system_clock::time_point(std::chrono::seconds(second)));
  };
  int resumed = 0;
  for (const std::string before : {"a", "ab", "ba"}) {
    for (const std::string after : {"a", "b", "ba"}) {
      for (const std::int64_t made : {500'000 * hour - 1, 500'000 * hour, 500'000 * hour + 1800}) {
        for (const std::int64_t skew : {-2 * hour, -hour, -1L, 0L, 1L, hour, 2 * hour}) {
          const std::int64_t apart = epoch_at(made + skew) - epoch_at(made);
          const bool fits = after.find(before.front()) != std::string::npos && apart >= -1 && apart <= 1;
          EXPECT_EQ(resumes(ring_of(before, epoch_at(made)), ring_of(after, epoch_at(made + skew))), fits)
              << before << " then " << after << " at " << made << " and " << skew << " s later";
          resumed += fits ? 1 : 0;
        }
      }
    }
  }
  EXPECT_EQ(resumed, 6 * 3 * 5);
}

TEST(Tickets, one_is_given_with_every_tls_1_3_handshake_also_a_resumed_one) {
  const Context server = test::server();
  Pair first(test::client(), server);
  const std::string session = first.session();
  Pair second(test::client(), server, session);
  ASSERT_TRUE(second.server->facts().resumed);
  EXPECT_NE(second.session(), session);
}

TEST(Tickets, sealed_by_an_old_key_are_renewed_in_tls_1_2) {
  const std::vector<Identity> same{identity({"mail.example"})};
  const auto shared = ring(1000);
  const Context server = test::server({}, same, shared);
  Pair first(test::client("mail.example", Version::tls1_2), server);
  const std::string session = first.session();
  shared->replace(current_ticket_keys(secrets("s"), 1001));
  Pair second(test::client("mail.example", Version::tls1_2), server, session);
  EXPECT_TRUE(second.server->facts().resumed);
  shared->replace(current_ticket_keys(secrets("s"), 1002));
  Pair third(test::client("mail.example", Version::tls1_2), server, second.session());
  EXPECT_TRUE(third.server->facts().resumed);
}

TEST(Tickets, switched_off_none_is_given) {
  ServerSettings settings;
  settings.tickets = false;
  const Context off = test::server(settings);
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    Pair first(test::client("mail.example", version), off);
    ASSERT_TRUE(both_done(first.ends));
    Pair second(test::client("mail.example", version), off, first.session());
    EXPECT_TRUE(both_done(second.ends));
    EXPECT_FALSE(second.server->facts().resumed);
  }
}

TEST(Tickets, an_empty_ring_is_the_same_as_off) {
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    EXPECT_FALSE(resumes(std::make_shared<TicketRing>(), ring(), version));
    EXPECT_FALSE(resumes(ring(), std::make_shared<TicketRing>(), version));
    EXPECT_FALSE(resumes(nullptr, nullptr, version));
  }
}

TEST(Tickets, threat_32_made_for_one_name_does_not_resume_on_another_cve_2025_23419) {
  const Context server = test::server({}, {identity({"a.example"}), identity({"b.example"})});
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    Pair first(test::client("a.example", version), server);
    const std::string session = first.session();
    test::RawClient crossing;
    SSL_CTX_set_max_proto_version(crossing.context.get(), version == Version::tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
    crossing.start();
    const unsigned char* begin = octets(session);
    const SessionPtr stolen(d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(session.size())));
    SSL_set_session(crossing.ssl.get(), stolen.get());
    crossing.ask_for("b.example");
    const auto engine = server.start();
    ASSERT_EQ(crossing.shake(*engine), Progress::done);
    EXPECT_FALSE(engine->facts().resumed);
    EXPECT_EQ(engine->facts().sni, "b.example");
  }
}

TEST(Tickets, threat_32_made_under_one_client_certificate_rule_do_not_resume_under_another) {
  const std::vector<Identity> same{identity({"mail.example"})};
  ServerSettings asking;
  asking.client_certificate = ClientCertificate::ask;
  Pair first(test::client(), test::server({}, same, ring()));
  Pair second(test::client(), test::server(asking, same, ring()), first.session());
  EXPECT_TRUE(both_done(second.ends));
  EXPECT_FALSE(second.server->facts().resumed);
}

// One ring of keys serves all policies of a worker: what a ticket was made under is part of what is compared.
TEST(Tickets, threat_32_made_under_one_policy_do_not_resume_under_another) {
  const std::vector<Identity> same{identity({"mail.example"})};
  std::vector<ServerSettings> others(6);
  others[0].policy = "printers";
  others[1].min_version = Version::tls1_0;
  others[2].ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  others[3].ciphersuites = "TLS_AES_128_GCM_SHA256";
  others[4].groups = "P-256";
  others[5].client_keys = {std::string(64, 'a')};
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    for (const ServerSettings& other : others) {
      Pair first(test::client("mail.example", version), test::server({}, same, ring()));
      Pair second(test::client("mail.example", version), test::server(other, same, ring()), first.session());
      ASSERT_TRUE(both_done(second.ends));
      EXPECT_FALSE(second.server->facts().resumed) << &other - others.data();
      Pair third(test::client("mail.example", version), test::server(other, same, ring()), second.session());
      EXPECT_TRUE(third.server->facts().resumed) << &other - others.data();
    }
  }
}

TEST(Tickets, that_were_damaged_give_a_full_handshake) {
  const Context server = test::server();
  Pair first(test::client(), server);
  std::string session = first.session();
  const unsigned char* begin = octets(session);
  const SessionPtr parsed(d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(session.size())));
  const unsigned char* ticket = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket(parsed.get(), &ticket, &size);
  const std::size_t at = session.find(chars(ticket, size));
  ASSERT_NE(at, std::string::npos);
  session[at + size / 2] = static_cast<char>(session[at + size / 2] ^ 1);
  Pair second(test::client(), server, session);
  EXPECT_TRUE(both_done(second.ends));
  EXPECT_FALSE(second.server->facts().resumed);
}

}  // namespace
}  // namespace tls
