// Rows about what is remembered of clients beyond their session.

#include "config/serve_options.hpp"
#include "config/value.hpp"

namespace config {
namespace {

using reputation::Greylisting;

Option<Draft> time_row(const std::string& what, const char* standard, std::chrono::seconds Greylisting::*place,
                       const char* help) {
  return single<Draft>(
      {.flag = "reputation-greylist-" + what,
       .key = "reputation.greylist_" + what,
       .kind = Kind::duration,
       .argument = "TIME",
       .standard = standard,
       .help = help},
      [place](Draft & d) -> auto& { return d.plan.reputation.greylisting.*place; }, long_duration);
}

Option<Draft> rate_row(const std::string& what, const char* unset, admission::Rate reputation::Settings::*place,
                       const char* help) {
  return single<Draft>(
      {.flag = "reputation-client-" + what,
       .key = "reputation.client_" + what,
       .argument = "N/TIME",
       .unset = unset,
       .help = help},
      [place](Draft & d) -> auto& { return d.plan.reputation.*place; }, rate);
}

Option<Draft> prefix_row(const std::string& version, const char* standard, unsigned reputation::Settings::*place,
                         std::size_t bits) {
  return single<Draft>(
      {.flag = "reputation-ip" + version + "-prefix",
       .key = "reputation.ip" + version + "_prefix",
       .kind = Kind::count,
       .argument = "BITS",
       .standard = standard,
       .help = "clients whose IP" + version + " addresses begin with the same BITS are remembered as one"},
      [place](Draft & d) -> auto& { return d.plan.reputation.*place; }, count(1, bits));
}

ServeOptions greylist_rows() {
  return {
      single<Draft>(
          {.flag = "reputation-greylist",
           .key = "reputation.greylist",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "answer 450 to a client network's first mail from a sender to a recipient"},
          [](Draft & d) -> auto& { return d.plan.greylist; }, toggle),
      time_row("delay", "5m", &Greylisting::delay, "after how long it may come again"),
      time_row("window", "48h", &Greylisting::window, "within how long it must"),
      time_row("keep", "35d", &Greylisting::keep, "how long who came again passes at once"),
      single<Draft>(
          {.flag = "reputation-greylist-pass",
           .key = "reputation.greylist_pass",
           .kind = Kind::count,
           .argument = "N",
           .standard = "5",
           .help = "a client network passes wholly once it came again with N mails; 0: never"},
          [](Draft & d) -> auto& { return d.plan.reputation.greylisting.pass_after; }, count(0, 10'000)),
  };
}

const Words<session::PolicyFail>& failures() {
  static const Words<session::PolicyFail> words{{"open", session::PolicyFail::open},
                                                {"closed", session::PolicyFail::closed}};
  return words;
}

ServeOptions server_rows() {
  return {
      many<Draft>(
          {.flag = "reputation-redis",
           .key = "reputation.redis",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "the memory of this machine",
           .help = "keep it in this Redis or Valkey server; of several in the one that is master"},
          [](Draft & d) -> auto& { return d.plan.redis.servers; }, destination),
      single<Draft>(
          {.flag = "reputation-redis-user",
           .key = "reputation.redis_user",
           .argument = "NAME",
           .unset = "the server's default user",
           .help = "who we are there"},
          [](Draft & d) -> auto& { return d.plan.redis.user; }, plain),
      single<Draft>(
          {.flag = "reputation-redis-password",
           .key = "reputation.redis_password",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "none is said",
           .help = "file with the password for it"},
          [](Draft & d) -> auto& { return d.plan.redis.password_file; }, plain),
      single<Draft>(
          {.flag = "reputation-redis-tls",
           .key = "reputation.redis_tls",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "speak TLS with it; its certificate must have the name it is called by"},
          [](Draft & d) -> auto& { return d.plan.redis.tls; }, toggle),
      single<Draft>(
          {.flag = "reputation-redis-ca",
           .key = "reputation.redis_ca",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "the authorities of the system",
           .help = "authorities its certificate must lead to"},
          [](Draft & d) -> auto& { return d.plan.redis.ca_file; }, plain),
  };
}

ServeOptions answer_rows() {
  return {
      single<Draft>(
          {.flag = "reputation-prefix",
           .key = "reputation.prefix",
           .argument = "TEXT",
           .standard = "ehlock:",
           .help = "beginning of every key there"},
          [](Draft & d) -> auto& { return d.plan.reputation.prefix; }, key_prefix),
      single<Draft>(
          {.flag = "reputation-timeout",
           .key = "reputation.timeout",
           .kind = Kind::duration,
           .argument = "TIME",
           .standard = "200ms",
           .help = "for its answer"},
          [](Draft & d) -> auto& { return d.plan.redis.limit; }, short_duration),
      single<Draft>(
          choice({.flag = "reputation-fail",
                  .key = "reputation.fail",
                  .argument = "HOW",
                  .standard = "open",
                  .help = "when it does not answer: go on (open), or 451 and 421 (closed)"},
                 failures()),
          [](Draft & d) -> auto& { return d.plan.reputation_fail; }, one_of(failures())),
  };
}

}  // namespace

ServeOptions reputation_options() {
  ServeOptions rows = greylist_rows();
  rows.push_back(rate_row("rate", "no limit", &reputation::Settings::client_rate,
                          "N new sessions of a client network in each TIME; more get 421"));
  rows.push_back(rate_row("errors", "no limit", &reputation::Settings::client_errors,
                          "after N errors within TIME a client network gets 421 for the rest of it"));
  rows.push_back(single<Draft>(
      {.flag = "reputation-patience",
       .key = "reputation.patience",
       .kind = Kind::duration,
       .argument = "TIME",
       .unset = "everybody waits each time",
       .help = "who waited for --greet-delay need not wait again for TIME"},
      [](Draft & d) -> auto& { return d.plan.reputation.patient_keep; }, long_duration));
  rows.push_back(prefix_row("v4", "24", &reputation::Settings::ipv4_prefix, 32));
  rows.push_back(prefix_row("v6", "64", &reputation::Settings::ipv6_prefix, 128));
  for (auto& row : server_rows()) rows.push_back(std::move(row));
  for (auto& row : answer_rows()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace config
