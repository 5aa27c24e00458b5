// How a Postfix process hands a client over to tlsproxy: the greeting, the request and its status, in the five
// generations of these messages. Promises: pure; the bytes of each generation are those of the versions it names, to
// the octet. Refuses a request that does not have its generation's attributes in their order: guessing would leave both
// sides waiting.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "postfix/attr.hpp"
#include "postfix/version.hpp"

namespace postfix {

// a: 2.8. b: 2.9-3.3. c: 3.4, 3.5. d: 3.6-3.11. e: 3.12 (snapshots since 20260423).
enum class Generation { a, b, c, d, e };

// Older than 2.8 counts as a: there was no tlsproxy.
[[nodiscard]] Generation generation_of(const Version& version);

inline constexpr std::int32_t flag_server = 1;  // the client of the TLS connection is the remote one
inline constexpr std::int32_t flag_client = 2;
inline constexpr std::int32_t flag_context = 4;  // answer the handshake with a TLS context (tls_results.hpp)
inline constexpr std::int32_t flag_probe = 8;    // status only, no descriptor follows

enum class Role { none, server, client, both };

struct Handoff {
  std::string remote_endpoint;  // "[192.0.2.1]:40162", for logs; raw octets of the peer process
  std::int32_t flags = 0;
  std::chrono::seconds handshake_limit{0};
  std::chrono::seconds session_limit{0};  // a, b: the same as handshake_limit
  std::string service;                    // "smtpd"; empty in a
  Attributes settings;                    // the second list where there is one, as it came
  [[nodiscard]] Role role() const;
  [[nodiscard]] bool wants_context() const { return (flags & flag_context) != 0; }
  [[nodiscard]] bool probe() const { return (flags & flag_probe) != 0; }
};

// What tlsproxy says first: 28 octets from d on, nothing before.
[[nodiscard]] std::string greeting(Generation generation);

// The answer to a request, 10 octets: go on (send the descriptor), or this role is not available.
[[nodiscard]] std::string status(bool go_on);

// A request as the generation's clients send it (drivers and tests).
[[nodiscard]] std::string encode(const Handoff& handoff, Generation generation);

// Reads one request, of one list or two.
class HandoffReader {
 public:
  enum class State { need_more, done, fault };
  explicit HandoffReader(Generation generation) : generation_(generation) {}

  // Takes octets up to the end of the request and returns how many; takes none unless need_more.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  // When done.
  [[nodiscard]] const Handoff& handoff() const { return handoff_; }
  // When fault: what was expected and what came, printable, for a warning.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void end_list();
  void fail(std::string why);

  Generation generation_;
  State state_ = State::need_more;
  bool second_ = false;
  ListReader reader_;
  Handoff handoff_;
  std::string fault_;
};

}  // namespace postfix
