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
      {.flag = "reputation-" + version + "-prefix",
       .key = "reputation." + version + "_prefix",
       .kind = Kind::count,
       .argument = "BITS",
       .standard = standard,
       .help = "clients whose " + version + " addresses begin with the same BITS are remembered as one"},
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
  rows.push_back(prefix_row("ipv4", "24", &reputation::Settings::ipv4_prefix, 32));
  rows.push_back(prefix_row("ipv6", "64", &reputation::Settings::ipv6_prefix, 128));
  return rows;
}

}  // namespace config
