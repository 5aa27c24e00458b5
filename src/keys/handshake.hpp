// For the tests of this room: two TLS engines that talk in memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tls/context.hpp"
#include "tls/engine.hpp"

namespace keys::samples {

using Signer = std::function<std::string(const tls::SignatureRequest&)>;

// One engine as server, one as client.
struct Handshake {
  std::unique_ptr<tls::Engine> server;
  std::unique_ptr<tls::Engine> client;

  // Carries ciphertext to and fro until both are done or one has failed; `sign` answers the server's requests. Without
  // it, stops at the first request.
  void run(const Signer& sign);

  tls::Progress server_progress = tls::Progress::want_input;
  tls::Progress client_progress = tls::Progress::want_input;
  int asked = 0;

  [[nodiscard]] bool succeeded() const {
    return server_progress == tls::Progress::done && client_progress == tls::Progress::done;
  }

 private:
  [[nodiscard]] bool server_turn(const Signer& sign);
};

}  // namespace keys::samples
