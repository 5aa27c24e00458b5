// How many clients may come, how many of one network, and how fast. Each 0 means no limit.
#pragma once

#include <chrono>
#include <cstddef>

namespace admission {

// `count` at once, and one more each `period / count`.
struct Rate {
  std::size_t count = 0;
  std::chrono::seconds period{60};
};

struct Settings {
  std::size_t connections = 20000;      // in all
  std::size_t client_connections = 50;  // of one client network
  Rate client_rate;                     // new connections of one client network
  std::size_t handshakes = 1000;        // TLS handshakes under way, in all
};

}  // namespace admission
