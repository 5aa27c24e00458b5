// Fuzz target: what a helper is told of its connection: variables of its environment, one a line, and the same octets
// as the answer on UCSPI-TLS's control socket. Whatever they are, what is believed of them is fit for logs, headers and
// policy requests, tells the next program the same, and brings it no variable of another kind.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/shared/ucspi.hpp"
#include "base/text.hpp"
#include "must.hpp"
#include "os/reverse_name.hpp"
#include "session/ucspi_facts.hpp"

namespace {

using fuzz::must;

void check_text(std::string_view text, std::size_t longest) {
  must(text.size() <= 4 * longest + 3);
  must(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
}

void check_identity(const session::ClientIdentity& identity) {
  must(identity.name == "unknown" || os::is_host_name(identity.name));
  must(identity.claimed_name == "unknown");
  must(identity.client.octets().empty() == identity.server.octets().empty());
  check_text(identity.session_id, 64);
  if (!identity.tls) return;
  must(!identity.tls->protocol.empty() && identity.tls->bits >= 0 && identity.tls->algorithm_bits >= 0);
  must(!identity.tls->client_certificate && !identity.tls->client_verified);
  for (const std::string& text : {identity.tls->protocol, identity.tls->cipher, identity.tls->sni}) {
    check_text(text, 256);
  }
}

// What the next program of the chain reads, where the addresses were told. Escapes are escaped again.
void check_next(const session::ClientIdentity& identity) {
  const auto next = session::identity_in(session::environment_of(identity));
  if (identity.client.octets().empty()) return;
  must(next.client == identity.client && next.server == identity.server && next.name == identity.name);
  const bool plain = identity.session_id.size() <= 64 && identity.session_id.find('\\') == std::string::npos;
  must(!plain || next.session_id == identity.session_id);
  must((next.tls == nullptr) == (identity.tls == nullptr));
}

void check_variables(const app::Variables& variables) {
  const auto told = session::environment_of(session::identity_in(variables));
  must(std::all_of(told.begin(), told.end(), app::describes_connection));
  const app::Variables kept = app::replace_connection(variables, told);
  const auto others = variables.size() - static_cast<std::size_t>(std::count_if(variables.begin(), variables.end(),
                                                                                app::describes_connection));
  must(kept.size() == others + told.size());
  // One that brings variables of another kind brings none of them.
  const app::Variables none = app::replace_connection({}, variables);
  must(std::all_of(none.begin(), none.end(), app::describes_connection));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  app::Variables variables;
  for (const std::string_view line : base::split(octets, '\n')) variables.emplace_back(line);
  const auto identity = session::identity_in(variables);
  check_identity(identity);
  check_next(identity);
  check_variables(variables);
  const smtp::TlsFacts facts = session::tls_facts_in(octets);
  check_text(facts.protocol, 256);
  check_text(facts.cipher, 256);
  must(facts.bits >= 0 && facts.algorithm_bits >= 0);
  return 0;
}
