// Rows about clients: how many of one network, how fast, and whether they can wait.

#include "config/serve_options.hpp"
#include "config/value.hpp"

namespace config {
namespace {

constexpr std::size_t very_many = 1'000'000;

const Words<EarlyTalker>& early_talkers() {
  static const Words<EarlyTalker> words{{"drop", EarlyTalker::drop}, {"ignore", EarlyTalker::ignore}};
  return words;
}

Option<Draft> prefix(const std::string& version, const char* standard, unsigned ClientLimits::*place,
                     std::size_t bits) {
  return single<Draft>(
      {.flag = "limit-ip" + version + "-prefix",
       .key = "limit.ip" + version + "_prefix",
       .kind = Kind::count,
       .argument = "BITS",
       .standard = standard,
       .help = "clients whose IP" + version + " addresses begin with the same BITS count as one"},
      [place](Draft & d) -> auto& { return d.plan.clients.*place; }, count(1, bits));
}

ServeOptions count_rows() {
  return {
      single<Draft>(
          {.flag = "max-client-connections",
           .key = "max.client_connections",
           .kind = Kind::count,
           .argument = "N",
           .standard = "50",
           .help = "sessions of one client; more get 421; 0: no limit"},
          [](Draft & d) -> auto& { return d.plan.clients.counts.client_connections; }, count(0, very_many)),
      single<Draft>(
          {.flag = "max-client-rate",
           .key = "max.client_rate",
           .argument = "N/TIME",
           .unset = "no limit",
           .help = "new sessions of one client: N at once, and N in each TIME after that; more get 421"},
          [](Draft & d) -> auto& { return d.plan.clients.counts.client_rate; }, rate),
      single<Draft>(
          {.flag = "max-handshakes",
           .key = "max.handshakes",
           .kind = Kind::count,
           .argument = "N",
           .standard = "1000",
           .help = "TLS handshakes under way in all; more get 421; 0: no limit"},
          [](Draft & d) -> auto& { return d.plan.clients.counts.handshakes; }, count(0, very_many)),
  };
}

}  // namespace

ServeOptions client_options() {
  ServeOptions rows = count_rows();
  rows.push_back(prefix("v4", "32", &ClientLimits::ipv4_prefix, 32));
  rows.push_back(prefix("v6", "64", &ClientLimits::ipv6_prefix, 128));
  rows.push_back(many<Draft>(
      {.flag = "limit-exempt",
       .key = "limit.exempt",
       .kind = Kind::network,
       .argument = "NETWORK",
       .standard = "127.0.0.0/8, ::1, unix",
       .help = "clients that are not counted and not made to wait"},
      [](Draft & d) -> auto& { return d.plan.clients.exempt; }, network));
  rows.push_back(single<Draft>(
      {.flag = "greet-delay",
       .key = "greet.delay",
       .kind = Kind::duration,
       .argument = "TIME",
       .unset = "clients are greeted at once",
       .help = "clients in clear must be silent for TIME before they are greeted"},
      [](Draft & d) -> auto& { return d.plan.clients.greet_delay; }, duration));
  rows.push_back(single<Draft>(
      {.flag = "greet-banner",
       .key = "greet.banner",
       .argument = "TEXT",
       .unset = "nothing is said before",
       .help = "say \"220-TEXT\" before that wait: who takes it for the whole greeting is found out"},
      [](Draft & d) -> auto& { return d.plan.clients.greet_banner; }, banner));
  rows.push_back(single<Draft>(
      choice({.flag = "early-talker",
              .key = "greet.early_talker",
              .argument = "HOW",
              .standard = "drop",
              .help = "who talks before the greeting: gets 521 (drop), or goes on (ignore)"},
             early_talkers()),
      [](Draft & d) -> auto& { return d.plan.clients.early_talker; }, one_of(early_talkers())));
  return rows;
}

}  // namespace config
