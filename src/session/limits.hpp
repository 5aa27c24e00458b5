// How long a session may wait for what. Every wait has one of these (design.md §5.3).
#pragma once

#include <chrono>
#include <cstddef>

namespace session {

using std::chrono::seconds;

struct Limits {
  seconds command{300};   // for the client's next command (RFC 5321 §4.5.3.2.7: at least 5 minutes)
  seconds data{600};      // for the next octets of a message (§4.5.3.2.5: 3 minutes between blocks, 10 at its end)
  seconds handshake{30};  // the whole TLS handshake, absolute (threat 24)
  seconds proxy{5};       // a whole PROXY header
  seconds names{5};       // the reverse name of a client
  seconds connect{10};    // connecting to the backend, each address
  seconds greeting{300};  // the backend's greeting (§4.5.3.2.1)
  seconds reply{600};     // any other reply of the backend (§4.5.3.2.6: 10 minutes after the end of a message)
  seconds policy{10};     // a policy verdict
  seconds program{10};    // starting a program backend
};

}  // namespace session
