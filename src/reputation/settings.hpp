// What is remembered of clients beyond their session, and for how long. Pure values.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "admission/settings.hpp"

namespace reputation {

using std::chrono::seconds;

struct Greylisting {
  seconds delay{300};          // how long a new triplet is told to come again
  seconds window{172'800};     // how long it may take to do so
  seconds keep{3'024'000};     // how long one that did passes at once; each message begins that time anew
  std::size_t pass_after = 5;  // so many triplets of a client's network: all of it passes; 0: never
};

struct Settings {
  Greylisting greylisting;
  admission::Rate client_rate;    // new sessions of a client network, on all nodes; 0: not counted
  admission::Rate client_errors;  // its errors, beyond which its sessions are refused for a while; 0: not counted
  seconds patient_keep{0};        // how long who waited for the greeting need not wait again; 0: always waits
  unsigned ipv4_prefix = 24;      // clients whose addresses have as many leading bits in common are one client
  unsigned ipv6_prefix = 64;
  std::string prefix = "ehlock:";  // of every key

  // Whether anything is to be asked when a client arrives.
  [[nodiscard]] bool judges_arrivals() const {
    return client_rate.count > 0 || client_errors.count > 0 || patient_keep.count() > 0;
  }
};

}  // namespace reputation
