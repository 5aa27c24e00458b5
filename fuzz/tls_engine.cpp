// Fuzz target: a server that hears anything where a handshake belongs. The first octet says into pieces of which size
// the rest is cut. Nobody can finish a handshake with fixed bytes: "done" would be a hole, and so would buffers beyond
// their limits, plaintext, or a failure that is taken back.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tls/context.hpp"
#include "tls/engine.hpp"
#include "tls/self_signed.hpp"

namespace {

constexpr std::size_t most_in = std::size_t{17} * 1024;
constexpr std::size_t most_out = std::size_t{256} * 1024;

void must(bool holds) {
  if (!holds) std::abort();
}

tls::Context make_context() {
  const auto made =
      tls::make_self_signed({"mail.example", "*.example"}, tls::KeyKind::ecdsa_p256, std::chrono::hours(24));
  must(made.has_value());
  const auto key = tls::PrivateKey::from_pem(made->key_pem);
  must(key.has_value());
  std::vector<base::Secret> secrets;
  secrets.emplace_back(std::string_view("0123456789abcdef0123456789abcdef"));
  const auto ring = std::make_shared<tls::TicketRing>();
  ring->replace(tls::current_ticket_keys(secrets, 1));
  tls::ServerSettings settings;
  settings.min_version = tls::Version::tls1_0;
  settings.client_certificate = tls::ClientCertificate::ask;
  auto context = tls::Context::server(settings, {{made->chain_pem, *key, "fuzz"}}, ring);
  must(context.has_value());
  return *context;
}

void check(tls::Engine& engine, bool failed_before) {
  const tls::Progress progress = engine.handshake();
  must(progress == tls::Progress::want_input || progress == tls::Progress::failed);
  must(!failed_before || progress == tls::Progress::failed);
  must((progress == tls::Progress::failed) == (engine.failure().reason != tls::FailReason::none));
  must(engine.incoming().size() <= most_in && engine.outgoing().size() <= most_out);
  must(engine.offered().text().size() <= 400);
}

void end(tls::Engine& engine) {
  engine.on_end_of_stream();
  base::Buffer plaintext(100);
  must(engine.read(plaintext) == tls::Progress::failed && plaintext.empty());
  must(engine.facts().protocol.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tls::Context context = make_context();
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? most_in : data[0];
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto engine = context.start();
  while (!rest.empty()) {
    const std::size_t taken = std::min({piece, rest.size(), engine->incoming().room()});
    must(engine->incoming().append(rest.substr(0, taken)));
    rest.remove_prefix(taken);
    check(*engine, engine->failure().reason != tls::FailReason::none);
    if (engine->failure().reason != tls::FailReason::none) break;
  }
  end(*engine);
  return 0;
}
