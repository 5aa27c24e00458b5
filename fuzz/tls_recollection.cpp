// Fuzz target: sessions and ticket keys that somebody else remembers. The first octet says what may be asked for, the
// next two how long the answer is that follows; the rest is the client's. A handshake asks once at most, for a name of
// the right form, and is never done: no fixed octets finish one, whatever session or key they bring.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tls/engine.hpp"
#include "tls_parties.hpp"

namespace {

tls::Context make_context(int asked, const std::shared_ptr<tls::TicketRing>& ring) {
  tls::ServerSettings settings;
  settings.memory.ids = true;
  settings.memory.sessions_asked = (asked & 1) != 0;
  settings.memory.ticket_keys_asked = (asked & 2) != 0;
  settings.memory.scope = "fuzz";
  if ((asked & 4) != 0) settings.max_version = tls::Version::tls1_2;
  return make_server({"mail.example"}, settings, ring);
}

void check_request(const tls::RecallRequest& request) {
  const std::size_t size = request.name.size();
  must(request.kind == tls::Remembered::ticket_key ? size == 16 : size > 0 && size <= 32);
}

// What was asked for, in the way of its kind.
void answer(tls::Engine& engine, std::string_view told, tls::TicketRing& ring) {
  check_request(engine.recall_request());
  if (engine.recall_request().kind == tls::Remembered::ticket_key) {
    auto keys = own_ticket_keys();
    keys.push_back({1, base::Secret(told)});
    ring.replace(std::move(keys));
    told = {};
  }
  engine.supply_recalled(std::string(told));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto ring = std::make_shared<tls::TicketRing>();
  static const tls::Context contexts[] = {make_context(0, ring), make_context(1, ring), make_context(2, ring),
                                          make_context(3, ring), make_context(4, ring), make_context(5, ring),
                                          make_context(6, ring), make_context(7, ring)};
  if (size < 3) return 0;
  ring->replace(own_ticket_keys());
  std::string_view rest(reinterpret_cast<const char*>(data + 3), size - 3);
  const std::string_view told = rest.substr(0, data[1] * 256U + data[2]);
  rest.remove_prefix(told.size());
  const auto engine = contexts[data[0] % 8].start();
  must(engine->incoming().append(rest.substr(0, most_in)));
  tls::Progress progress = engine->handshake();
  if (progress == tls::Progress::want_session) {
    answer(*engine, told, *ring);
    progress = engine->handshake();
  }
  must(progress == tls::Progress::want_input || progress == tls::Progress::failed);
  must((progress == tls::Progress::failed) == (engine->failure().reason != tls::FailReason::none));
  must(engine->incoming().size() <= most_in && engine->outgoing().size() <= most_out);
  must(engine->facts().protocol.empty() && engine->take_new_sessions().empty());
  return 0;
}
