// Fuzz target: servers that hear anything where a handshake belongs: one asks for a certificate, one wants that of a
// certain key. The first octet says into pieces of which size the rest is cut. Nobody can finish a handshake with fixed
// bytes: "done" would be a hole, and so would buffers beyond their limits, plaintext, or a failure that is taken back.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tls/context.hpp"
#include "tls/engine.hpp"
#include "tls_parties.hpp"

namespace {

tls::Context make_context(tls::ClientCertificate wanted) {
  tls::ServerSettings settings;
  settings.min_version = tls::Version::tls1_0;
  settings.client_certificate = wanted;
  if (wanted == tls::ClientCertificate::require) settings.client_keys = {std::string(64, '0')};
  return make_server({"mail.example", "*.example"}, settings);
}

void check(tls::Engine& engine, bool failed_before) {
  const tls::Progress progress = engine.handshake();
  must(progress == tls::Progress::want_input || progress == tls::Progress::failed);
  must(!failed_before || progress == tls::Progress::failed);
  must((progress == tls::Progress::failed) == (engine.failure().reason != tls::FailReason::none));
  must(engine.incoming().size() <= most_in && engine.outgoing().size() <= most_out);
  must(engine.offered().text().size() <= 400);
  const std::string& detail = engine.failure().detail;
  must(std::all_of(detail.begin(), detail.end(), [](char c) { return c >= ' ' && c <= '~'; }));
}

void end(tls::Engine& engine) {
  engine.on_end_of_stream();
  base::Buffer plaintext(100);
  must(engine.read(plaintext) == tls::Progress::failed && plaintext.empty());
  must(engine.facts().protocol.empty());
}

void play(const tls::Context& context, std::size_t piece, std::string_view rest) {
  const auto engine = context.start();
  while (!rest.empty()) {
    const std::size_t taken = std::min({piece, rest.size(), engine->incoming().room()});
    must(engine->incoming().append(rest.substr(0, taken)));
    rest.remove_prefix(taken);
    check(*engine, engine->failure().reason != tls::FailReason::none);
    if (engine->failure().reason != tls::FailReason::none) break;
  }
  end(*engine);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tls::Context asking = make_context(tls::ClientCertificate::ask);
  static const tls::Context requiring = make_context(tls::ClientCertificate::require);
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? most_in : data[0];
  const std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  play(asking, piece, rest);
  play(requiring, piece, rest);
  return 0;
}
