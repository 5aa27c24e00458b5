// One client: connects, follows the script, waits for the server's close. Never blocks; the loop calls advance() when
// its socket is ready again (edge-triggered: advance() goes on until the socket would block).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "load_script.hpp"
#include "load_tls.hpp"

namespace load {

class Session {
 public:
  enum class State : std::uint8_t { waiting, held, ended, failed };

  // Script and client must outlive the session. `due`: when it should begin, from which its latency counts.
  Session(const Script& script, TlsClient& tls, const Options& options, std::chrono::steady_clock::time_point due)
      : script_(script), tls_(tls), implicit_(options.door == Door::implicit), hold_(options.hold), started_(due) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  // Makes the socket and starts the connect; the socket, or -1 with reason() set.
  [[nodiscard]] int start(std::uint16_t port);
  [[nodiscard]] State advance();

  // A held session that the server has not ended.
  [[nodiscard]] bool alive() const;
  [[nodiscard]] bool resumed() const { return resumed_; }
  [[nodiscard]] std::string_view reason() const { return reason_; }
  [[nodiscard]] std::chrono::steady_clock::time_point started() const { return started_; }

 private:
  enum class Phase : std::uint8_t { connecting, handshaking, sending, receiving, closing, holding };
  enum class Moved : std::uint8_t { yes, not_yet, closed, failed };

  [[nodiscard]] Moved step();
  [[nodiscard]] Moved connected();
  [[nodiscard]] Moved begin_handshake();
  [[nodiscard]] Moved shake_hands();
  [[nodiscard]] Moved send();
  [[nodiscard]] Moved receive();
  [[nodiscard]] Moved await_close();
  [[nodiscard]] Moved replied(std::string_view line);
  [[nodiscard]] Moved fail(std::string_view what);
  [[nodiscard]] Moved read_some();
  [[nodiscard]] Moved write_some();
  [[nodiscard]] Moved tls_result(int result, std::string_view what);
  void prepare();
  [[nodiscard]] bool more_to_send();

  const Script& script_;
  TlsClient& tls_;
  bool implicit_;
  bool hold_;
  bool resumed_ = false;
  bool ending_ = false;
  int socket_ = -1;
  Phase phase_ = Phase::connecting;
  std::size_t at_ = 0;
  std::size_t blocks_left_ = 0;
  std::string_view unsent_;
  std::string unread_;
  std::string reason_;
  std::unique_ptr<TlsClient::Connection> connection_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace load
