// The loop of the key process, one turn at a time, with real sockets and no second process.
#include "keys/service.hpp"

#include <sys/socket.h>

#include <memory>

#include <gtest/gtest.h>

#include "keys/samples.hpp"
#include "keys/wire.hpp"
#include "os/packet.hpp"

namespace keys {
namespace {

using tls::KeyKind;

// Everything a network process sees of the service, with as many askers as wanted; two keys: 0 is P-256, 1 is RSA-4096.
class Room {
 public:
  explicit Room(std::size_t askers, std::optional<SlowEnds> slow = {}) {
    auto channel = os::make_socket_pair(SOCK_SEQPACKET).value();
    supervisor = std::move(channel.first);
    EXPECT_TRUE(os::make_non_blocking(channel.second.get()));
    std::vector<os::UniqueFd> served;
    for (std::size_t i = 0; i < askers; ++i) {
      auto pair = os::make_socket_pair(SOCK_SEQPACKET).value();
      EXPECT_TRUE(os::make_non_blocking(pair.first.get()) && os::make_non_blocking(pair.second.get()));
      ends.push_back(std::move(pair.first));
      served.push_back(std::move(pair.second));
    }
    service = std::make_unique<Service>(samples::store({KeyKind::ecdsa_p256, KeyKind::rsa_4096}),
                                        std::move(channel.second), std::move(served), lane(std::move(slow), askers));
  }

  static std::optional<SlowLane> lane(std::optional<SlowEnds> ends, std::size_t askers) {
    if (!ends) return std::nullopt;
    return SlowLane::begin(std::move(*ends), askers).value();
  }

  void send(std::size_t asker, std::string_view bytes) const {
    EXPECT_TRUE(os::send_packet(ends[asker].get(), bytes).value_or(false));
  }
  void ask(std::size_t asker, std::uint64_t id, std::uint32_t key) const {
    send(asker, encode(SignRequest{id, samples::request(key, key == 0 ? KeyKind::ecdsa_p256 : KeyKind::rsa_4096)}));
  }
  [[nodiscard]] std::optional<SignAnswer> answer(std::size_t asker) const {
    const auto packet = os::receive_packet(ends[asker].get());
    return packet && *packet ? decode_answer((*packet)->bytes) : std::nullopt;
  }
  [[nodiscard]] std::size_t count_answers(std::size_t asker) const {
    std::size_t count = 0;
    while (answer(asker)) ++count;
    return count;
  }

  os::UniqueFd supervisor;
  std::vector<os::UniqueFd> ends;
  std::unique_ptr<Service> service;
};

TEST(Service, answers_a_request_under_its_id) {
  Room room(1);
  room.ask(0, 77, 0);
  EXPECT_EQ(room.service->one_turn(), std::nullopt);
  const auto got = room.answer(0);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->id, 77U);
  const auto der = samples::store({KeyKind::ecdsa_p256}).public_ders().at(0);
  EXPECT_TRUE(samples::verifies(der, samples::request(0, KeyKind::ecdsa_p256), got->signature));
}

TEST(Service, refuses_with_an_empty_signature_what_it_cannot_sign) {
  Room room(1);
  room.send(0, encode(SignRequest{1, samples::request(9, KeyKind::ecdsa_p256)}));
  room.send(0, encode(SignRequest{2, samples::request(0, KeyKind::ed25519)}));
  for (std::uint64_t id = 1; id <= 2; ++id) {
    EXPECT_EQ(room.service->one_turn(), std::nullopt);
    const auto got = room.answer(0);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->id, id);
    EXPECT_EQ(got->signature, "");
  }
}

TEST(Service, threat_26_rsa_4096_hammering_by_one_asker_does_not_starve_another) {
  Room room(2);
  for (std::uint64_t id = 0; id < 12; ++id) room.ask(0, id, 1);
  for (std::uint64_t id = 0; id < 3; ++id) room.ask(1, id, 0);
  for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(room.service->one_turn(), std::nullopt);
  EXPECT_EQ(room.count_answers(1), 3U);
  EXPECT_EQ(room.count_answers(0), 3U);
}

// Its answers pile up to what the socket holds and one more; then its requests wait, and only they.
TEST(Service, an_asker_that_does_not_read_holds_up_nobody_else) {
  Room room(2);
  std::uint64_t asked = 0;
  for (int quiet = 0; quiet < 3; ++quiet) {
    while (os::send_packet(room.ends[0].get(), encode(SignRequest{asked, samples::request(9, KeyKind::ed25519)}))
               .value_or(false)) {
      ++asked;
      quiet = 0;
    }
    room.ask(1, asked, 0);
    EXPECT_EQ(room.service->one_turn(), std::nullopt);
    EXPECT_TRUE(room.answer(1).has_value());
  }
  std::uint64_t answered = 0;
  while (answered < asked) {
    while (const auto got = room.answer(0)) EXPECT_EQ(got->id, answered++);
    if (answered == asked) break;
    EXPECT_EQ(room.service->one_turn(), std::nullopt);
  }
}

// A room whose slow lane is played by the test.
class RoomWithSlowLane {
 public:
  RoomWithSlowLane() : room(2, lane_ends(life, requests)) {}

  static SlowEnds lane_ends(os::UniqueFd& life, os::UniqueFd& requests) {
    auto first = os::make_socket_pair(SOCK_SEQPACKET).value();
    auto second = os::make_socket_pair(SOCK_SEQPACKET).value();
    life = std::move(first.second);
    requests = std::move(second.second);
    EXPECT_TRUE(os::make_non_blocking(life.get()) && os::make_non_blocking(requests.get()));
    return {std::move(first.first), std::move(second.first)};
  }
  std::optional<SignRequest> asked() const {
    const auto packet = os::receive_packet(requests.get());
    return packet && *packet ? decode_request((*packet)->bytes) : std::nullopt;
  }
  void say(std::uint64_t id) const {
    EXPECT_TRUE(os::send_packet(requests.get(), encode(SignAnswer{id, "signature"})).value_or(false));
  }

  os::UniqueFd life;
  os::UniqueFd requests;
  Room room;
};

TEST(SlowLane, threat_26_an_ECDSA_signature_waits_for_no_RSA_one) {
  RoomWithSlowLane lane;
  for (std::uint64_t id = 1; id <= 3; ++id) lane.room.ask(0, id, 1);
  lane.room.ask(0, 4, 0);
  for (int turn = 0; turn < 4; ++turn) EXPECT_EQ(lane.room.service->one_turn(), std::nullopt);
  EXPECT_EQ(lane.room.answer(0).value_or(SignAnswer{}).id, 4U);
  EXPECT_EQ(lane.asked().value_or(SignRequest{}).id, 1U);
  EXPECT_FALSE(lane.asked().has_value()) << "one at a time";
  lane.say(1);
  EXPECT_EQ(lane.room.service->one_turn(), std::nullopt);
  EXPECT_EQ(lane.room.answer(0).value_or(SignAnswer{}).signature, "signature");
  EXPECT_EQ(lane.asked().value_or(SignRequest{}).id, 2U);
}

TEST(SlowLane, askers_take_turns_and_a_request_asked_again_is_one) {
  RoomWithSlowLane lane;
  for (const std::uint64_t id : {1, 2, 1, 2}) lane.room.ask(0, id, 1);
  lane.room.ask(1, 7, 1);
  for (int turn = 0; turn < 5; ++turn) {
    lane.room.ask(1, 100, 0);  // so that no turn waits
    EXPECT_EQ(lane.room.service->one_turn(), std::nullopt);
  }
  std::vector<std::uint64_t> order;
  while (const auto request = lane.asked()) {
    order.push_back(request->id);
    lane.say(request->id);
    EXPECT_EQ(lane.room.service->one_turn(), std::nullopt);
  }
  EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 7, 2}));
}

TEST(SlowLane, an_asker_that_has_gone_is_not_worked_for) {
  RoomWithSlowLane lane;
  for (std::uint64_t id = 1; id <= 2; ++id) lane.room.ask(0, id, 1);
  for (int turn = 0; turn < 2; ++turn) EXPECT_EQ(lane.room.service->one_turn(), std::nullopt);
  lane.room.ends[0].reset();
  while (lane.room.service->askers() > 1) ASSERT_EQ(lane.room.service->one_turn(), std::nullopt);
  EXPECT_EQ(lane.asked().value_or(SignRequest{}).id, 1U);
  lane.say(1);
  EXPECT_EQ(lane.room.service->one_turn(), std::nullopt);
  EXPECT_FALSE(lane.asked().has_value());
}

TEST(SlowLane, its_end_and_its_babble_end_the_service) {
  RoomWithSlowLane ended;
  ended.life.reset();
  EXPECT_EQ(ended.room.service->one_turn(), 1);
  RoomWithSlowLane babbling;
  babbling.say(9);
  EXPECT_EQ(babbling.room.service->one_turn(), 1);
}

TEST(Service, an_asker_that_went_away_is_dropped_and_the_others_are_served) {
  Room room(3);
  room.ends[1].reset();
  room.ask(2, 5, 0);
  EXPECT_EQ(room.service->one_turn(), std::nullopt);
  EXPECT_EQ(room.service->askers(), 2U);
  EXPECT_TRUE(room.answer(2).has_value());
}

TEST(Service, threat_49_an_asker_killed_with_requests_and_answers_in_flight_is_dropped) {
  Room room(1);
  room.ask(0, 1, 0);
  room.ask(0, 2, 0);
  EXPECT_EQ(room.service->one_turn(), std::nullopt);
  room.ends[0].reset();
  while (room.service->askers() > 0) ASSERT_EQ(room.service->one_turn(), std::nullopt);
}

TEST(Service, ends_with_status_0_when_the_supervisor_closes_its_end) {
  Room room(1);
  room.supervisor.reset();
  EXPECT_EQ(room.service->one_turn(), 0);
}

TEST(Service, ends_with_status_1_when_the_supervisor_speaks) {
  Room room(1);
  EXPECT_TRUE(os::send_packet(room.supervisor.get(), "more").value());
  EXPECT_EQ(room.service->one_turn(), 1);
}

TEST(Service, Robot_CVE_2017_13099_a_request_to_decrypt_ends_it) {
  std::string decrypt = encode(SignRequest{1, samples::request(1, KeyKind::rsa_4096)});
  decrypt[0] = 4;
  Room room(1);
  room.send(0, decrypt);
  EXPECT_EQ(room.service->one_turn(), 1);
}

TEST(Service, threat_28_every_malformed_request_ends_it) {
  const std::string whole = encode(SignRequest{1, samples::request(0, KeyKind::ecdsa_p256)});
  for (const std::string& bytes : {std::string(1, '\0'), whole + "x", whole.substr(1), std::string(60000, 'x')}) {
    Room room(1);
    room.send(0, bytes);
    EXPECT_EQ(room.service->one_turn(), 1);
  }
}

TEST(Service, a_request_with_a_descriptor_ends_it) {
  Room room(1);
  const std::string whole = encode(SignRequest{1, samples::request(0, KeyKind::ecdsa_p256)});
  ASSERT_TRUE(os::send_packet(room.ends[0].get(), whole, {room.supervisor.get()}).value_or(false));
  EXPECT_EQ(room.service->one_turn(), 1);
}

TEST(Service, a_datagram_over_the_limit_ends_it) {
  Room room(1);
  const std::string huge(100000, 'x');
  ASSERT_EQ(::send(room.ends[0].get(), huge.data(), huge.size(), 0), static_cast<ssize_t>(huge.size()));
  EXPECT_EQ(room.service->one_turn(), 1);
}

}  // namespace
}  // namespace keys
