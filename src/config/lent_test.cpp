// Sockets and credentials of the service manager.
#include "config/lent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace config {
namespace {

using testing::HasSubstr;

Listener listener(std::string_view endpoint, Door door = Door::starttls) {
  return {os::Endpoint::parse(endpoint).value(), door};
}

std::string text_of(const std::vector<Listener>& listeners) {
  std::string text;
  for (const auto& each : listeners) {
    text += fmt::format("{}{} ", each.endpoint.text(), each.door == Door::implicit ? "*" : "");
  }
  return text;
}

std::string used(const std::vector<Listener>& configured, const std::vector<Listener>& passed) {
  ServePlan plan;
  plan.listeners = configured;
  use_passed(plan, passed);
  return text_of(plan.listeners);
}

TEST(PassedSockets, are_served_by_their_name_or_port) {
  const auto door = [](std::string_view name, std::string_view endpoint) {
    return door_of_passed(name, os::Endpoint::parse(endpoint).value());
  };
  EXPECT_EQ(door("smtp", ":25"), Door::starttls);
  EXPECT_EQ(door("submission", ":587"), Door::starttls);
  EXPECT_EQ(door("ehlock.socket", ":25"), Door::starttls);
  EXPECT_EQ(door("ehlock.socket", ":465"), Door::implicit);
  EXPECT_EQ(door("submissions", ":1465"), Door::implicit);
  EXPECT_EQ(door("smtps", "unix:/run/x"), Door::implicit);
  EXPECT_EQ(door("inner-tls", ":1"), Door::implicit);
}

TEST(PassedSockets, serve_the_configured_listeners_they_overlap_and_keep_their_door) {
  EXPECT_EQ(used({}, {listener("[::]:25")}), "[::]:25 ");
  EXPECT_EQ(used({listener(":25"), listener(":2525")}, {listener("[::]:25")}), "[::]:25 :2525 ");
  EXPECT_EQ(used({listener(":25")}, {listener("[::]:25"), listener("0.0.0.0:25")}), "[::]:25 0.0.0.0:25 ");
  EXPECT_EQ(used({listener(":25", Door::implicit)}, {listener("[::]:25")}), "[::]:25* ");
  EXPECT_EQ(used({listener(":25")}, {}), ":25 ");
}

const std::vector<std::string> arguments{"--listen",   ":25",  "--backend", "127.0.0.1:26",
                                         "--identity", "none", "--cert",    "$CREDENTIALS_DIRECTORY/mail.crt",
                                         "--key",      "k.pem"};

TEST(Credentials, are_found_in_the_folder_of_the_service_manager) {
  Environment environment;
  environment.variables["CREDENTIALS_DIRECTORY"] = "/run/credentials/ehlock.service";
  const auto loaded = load_serve(arguments, environment);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->plan.certificates[0].chain, "/run/credentials/ehlock.service/mail.crt");
  EXPECT_EQ(loaded->plan.certificates[0].key, "k.pem");
}

TEST(Credentials, without_a_service_manager_are_a_fault_that_names_the_option) {
  const auto loaded = load_serve(arguments, {});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().text, HasSubstr("--cert: \"$CREDENTIALS_DIRECTORY/mail.crt\": the service manager gave"));
}

TEST(Load, a_passed_socket_is_a_listener) {
  Environment environment;
  environment.passed.push_back(listener("[::]:25"));
  const auto loaded = load_serve({"--backend", "127.0.0.1:26", "--identity", "none", "--cert", "c.pem"}, environment);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(text_of(loaded->plan.listeners), "[::]:25 ");
}

}  // namespace
}  // namespace config
