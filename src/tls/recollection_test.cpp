// Sessions that somebody else remembers: what is asked for, when, and what an answer does.
#include <gmock/gmock.h>

#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::identity;
using test::RawClient;

ServerSettings asking(bool sessions, bool ticket_keys) {
  ServerSettings settings;
  settings.memory.ids = true;
  settings.memory.sessions_asked = sessions;
  settings.memory.ticket_keys_asked = ticket_keys;
  settings.memory.scope = std::string("Shared/TLS\0", 11);
  return settings;
}

// A client that makes no use of tickets.
void only_ids(RawClient& client, int highest = TLS1_2_VERSION) {
  SSL_CTX_set_max_proto_version(client.context.get(), highest);
  SSL_CTX_set_options(client.context.get(), SSL_OP_NO_TICKET);
}

void again(RawClient& client, const SessionPtr& session) {
  client.start();
  SSL_set_session(client.ssl.get(), session.get());
}

std::vector<Identity> one() {
  return {identity({"mail.example"})};
}

struct Remembering {
  RawClient client;
  SessionPtr session;
  std::vector<NewSession> made;
  explicit Remembering(const ServerSettings& settings) {
    only_ids(client);
    const auto server = test::server(settings, one(), nullptr).start();
    EXPECT_EQ(client.shake(*server), Progress::done);
    session = client.session();
    made = server->take_new_sessions();
  }
};

TEST(Recollection, a_session_made_by_one_context_is_resumed_by_another_that_is_told_of_it) {
  Remembering first(asking(true, false));
  ASSERT_EQ(first.made.size(), 1U);
  EXPECT_EQ(first.made[0].id.size(), 32U);
  again(first.client, first.session);
  const auto server = test::server(asking(true, false), one(), nullptr).start();
  EXPECT_EQ(first.client.shake(*server), Progress::want_session);
  EXPECT_EQ(server->recall_request().kind, Remembered::session);
  EXPECT_EQ(server->recall_request().name, first.made[0].id);
  EXPECT_EQ(server->handshake(), Progress::want_session);
  server->supply_recalled(first.made[0].der);
  EXPECT_EQ(first.client.shake(*server), Progress::done);
  EXPECT_TRUE(server->facts().resumed);
  EXPECT_FALSE(server->facts().resumed_by_ticket);
  EXPECT_TRUE(server->take_new_sessions().empty());
}

TEST(Recollection, a_session_nobody_remembers_gives_a_full_handshake) {
  Remembering first(asking(true, false));
  again(first.client, first.session);
  const auto server = test::server(asking(true, false), one(), nullptr).start();
  ASSERT_EQ(first.client.shake(*server), Progress::want_session);
  server->supply_recalled("");
  EXPECT_EQ(first.client.shake(*server), Progress::done);
  EXPECT_FALSE(server->facts().resumed);
  EXPECT_EQ(server->take_new_sessions().size(), 1U);
}

TEST(Recollection, octets_that_are_no_session_give_a_full_handshake) {
  for (const std::string& wrong : {std::string("nonsense"), std::string("\x30\x82\xff\xff", 4)}) {
    Remembering first(asking(true, false));
    again(first.client, first.session);
    const auto server = test::server(asking(true, false), one(), nullptr).start();
    ASSERT_EQ(first.client.shake(*server), Progress::want_session);
    server->supply_recalled(wrong);
    EXPECT_EQ(first.client.shake(*server), Progress::done);
    EXPECT_FALSE(server->facts().resumed);
  }
}

TEST(Recollection, threat_32_a_session_of_another_scope_is_not_resumed) {
  Remembering first(asking(true, false));
  ServerSettings other = asking(true, false);
  other.memory.scope = "another";
  again(first.client, first.session);
  const auto server = test::server(other, one(), nullptr).start();
  ASSERT_EQ(first.client.shake(*server), Progress::want_session);
  server->supply_recalled(first.made[0].der);
  EXPECT_EQ(first.client.shake(*server), Progress::done);
  EXPECT_FALSE(server->facts().resumed);
}

TEST(Recollection, ids_are_given_or_not_as_asked_for) {
  for (const bool ids : {false, true}) {
    ServerSettings settings;
    settings.memory.ids = ids;
    Remembering first(settings);
    unsigned int size = 0;
    SSL_SESSION_get_id(first.session.get(), &size);
    EXPECT_EQ(size, ids ? 32U : 0U);
    EXPECT_TRUE(first.made.empty());
  }
}

TEST(Recollection, a_tls_1_3_client_is_not_asked_about_its_meaningless_id) {
  RawClient client;
  only_ids(client, TLS1_3_VERSION);
  const auto server = test::server(asking(true, true)).start();
  EXPECT_EQ(client.shake(*server), Progress::done);
  EXPECT_TRUE(server->take_new_sessions().empty());
}

TEST(Recollection, it_is_asked_about_where_tls_1_3_is_not_spoken) {
  Remembering first(asking(true, false));
  SSL_CTX_set_max_proto_version(first.client.context.get(), TLS1_3_VERSION);
  again(first.client, first.session);
  ServerSettings settings = asking(true, false);
  settings.max_version = Version::tls1_2;
  const auto server = test::server(settings, one(), nullptr).start();
  EXPECT_EQ(first.client.shake(*server), Progress::want_session);
}

class TicketOfEach : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Tls, TicketOfEach, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(TicketOfEach, an_unknown_key_is_asked_for_once_and_put_into_the_ring) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), GetParam());
  const auto mine = test::ring(1000, 'a');
  ASSERT_EQ(client.shake(*test::server(asking(false, true), one(), mine).start()), Progress::done);
  const SessionPtr session = client.session();
  again(client, session);
  const auto other = test::ring(1000, 'b');
  const auto server = test::server(asking(false, true), one(), other).start();
  ASSERT_EQ(client.shake(*server), Progress::want_session);
  EXPECT_EQ(server->recall_request().kind, Remembered::ticket_key);
  EXPECT_EQ(server->recall_request().name, mine->keys().front().material.reveal().substr(0, 16));
  std::vector<TicketKey> both = current_ticket_keys({}, 0);
  both.push_back({1000, other->keys().front().material.copy()});
  both.push_back({1000, mine->keys().front().material.copy()});
  other->replace(std::move(both));
  server->supply_recalled("");
  EXPECT_EQ(client.shake(*server), Progress::done);
  EXPECT_TRUE(server->facts().resumed);
  EXPECT_TRUE(server->facts().resumed_by_ticket);
}

TEST_P(TicketOfEach, a_key_nobody_has_gives_a_full_handshake_and_a_known_one_is_not_asked_for) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), GetParam());
  const auto mine = test::ring(1000, 'a');
  ASSERT_EQ(client.shake(*test::server(asking(true, true), one(), mine).start()), Progress::done);
  const SessionPtr session = client.session();
  again(client, session);
  const auto known = test::server(asking(true, true), one(), mine).start();
  EXPECT_EQ(client.shake(*known), Progress::done);
  EXPECT_TRUE(known->facts().resumed);
  const SessionPtr next = client.session();
  again(client, next);
  const auto unknown = test::server(asking(true, true), one(), test::ring(1000, 'b')).start();
  ASSERT_EQ(client.shake(*unknown), Progress::want_session);
  unknown->supply_recalled("a session where a key was asked for");
  EXPECT_EQ(client.shake(*unknown), Progress::done);
  EXPECT_FALSE(unknown->facts().resumed);
}

TEST_P(TicketOfEach, a_ring_that_can_only_open_gives_no_new_ticket_and_opens_old_ones) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), GetParam());
  const auto shared = test::ring(1000, 'a');
  const Context context = test::server(asking(false, false), one(), shared);
  ASSERT_EQ(client.shake(*context.start()), Progress::done);
  const SessionPtr session = client.session();
  std::vector<TicketKey> opening;
  opening.emplace_back();
  opening.push_back({1000, shared->keys().front().material.copy()});
  shared->replace(std::move(opening));
  again(client, session);
  const auto server = context.start();
  EXPECT_EQ(client.shake(*server), Progress::done);
  EXPECT_TRUE(server->facts().resumed);
  RawClient fresh;
  SSL_CTX_set_max_proto_version(fresh.context.get(), GetParam());
  EXPECT_EQ(fresh.shake(*context.start()), Progress::done);
  EXPECT_EQ(SSL_SESSION_has_ticket(fresh.session().get()), 0);
}

TEST(Recollection, a_connection_that_goes_away_while_it_waits_leaves_nothing_behind) {
  Remembering first(asking(true, false));
  again(first.client, first.session);
  auto server = test::server(asking(true, false), one(), nullptr).start();
  ASSERT_EQ(first.client.shake(*server), Progress::want_session);
  server->on_end_of_stream();
  EXPECT_EQ(server->handshake(), Progress::failed);
  server.reset();
}

}  // namespace
}  // namespace tls
