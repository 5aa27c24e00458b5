// Fuzz target: what is said of a client to those behind us: XCLIENT to a backend that announces anything, PROXY
// headers, variables of a program, the trace header. Names, TLS facts and the session's id are any octets, the address
// is any: no line, attribute, variable or header field comes out that was not meant.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "must.hpp"
#include "os/reverse_name.hpp"
#include "proxyproto/header.hpp"
#include "session/introduction.hpp"
#include "session/xclient.hpp"
#include "smtp/trace.hpp"

namespace {

using fuzz::must;

// Of 16 octets, or of 4 where there are fewer. What is written of an address reads the same.
os::SocketAddress address_of(std::string_view octets) {
  std::string all(octets.substr(0, octets.size() < 16 ? 4 : 16));
  all.resize(all.size() < 16 ? 4 : 16, '\x07');
  const auto address = os::SocketAddress::ip(os::text_of_octets(all), 4711);
  must(address.has_value() && all.ends_with(address->octets()));
  return *address;
}

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}

void check_command(std::string_view command) {
  must(command.size() <= 512 && command.starts_with("XCLIENT") && command.ends_with("\r\n"));
  const std::string_view words = command.substr(0, command.size() - 2);
  must(std::all_of(words.begin(), words.end(), is_printable));
}

// Each attribute that was announced and is known, once, and no other.
void check_xclient(std::string_view announcement, const session::ClientIdentity& client) {
  const auto announced = session::announced_in({250, std::string(announcement)});
  std::size_t wanted = 0;
  for (const char* known : {"NAME", "REVERSE_NAME", "ADDR", "PORT", "PROTO", "DESTADDR", "DESTPORT"}) {
    wanted += announced.contains(known) ? 1 : 0;
  }
  std::size_t told = 0;
  for (const std::string& command : session::xclient_commands(announced, client)) {
    check_command(command);
    told += static_cast<std::size_t>(std::count(command.begin(), command.end(), ' '));
    for (const std::string_view attribute : base::split(command, ' ')) {
      must(attribute.starts_with("XCLIENT") ||
           announced.contains(std::string(attribute.substr(0, attribute.find('=')))));
      must(std::count(attribute.begin(), attribute.end(), '=') <= 1);
    }
  }
  must(told == wanted);
}

void check_proxy(session::Identity identity, const session::ClientIdentity& client) {
  const auto header = session::proxy_header(identity, client);
  must(header.has_value());
  const auto read = proxyproto::parse(*header);
  must(read.state == proxyproto::Parsed::State::done && read.header.size == header->size() && read.header.told());
  must(read.header.source.octets == client.client.octets() && read.header.source.port == client.client.port());
  const proxyproto::Tlvs& tlvs = read.header.tlvs;
  must(tlvs.authority.empty() || tlvs.authority == client.tls->sni);
  must(tlvs.unique_id.empty() || tlvs.unique_id == client.session_id);
  must(!tlvs.ssl ||
       (!tlvs.ssl->client_verified() && (tlvs.ssl->cipher.empty() || tlvs.ssl->cipher == client.tls->cipher)));
}

void check_environment(const session::ClientIdentity& client) {
  for (const std::string& variable : session::environment_of(client)) {
    must(variable.size() <= 540 && variable.find('=') != std::string::npos);
    must(std::none_of(variable.begin(), variable.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; }));
  }
}

// The name in it was looked at before; what the client calls itself was not.
void check_trace_header(std::string_view helo, const session::ClientIdentity& client) {
  const std::string named = os::is_host_name(client.name) ? client.name : "unknown";
  smtp::Envelope envelope;
  envelope.helo = helo;
  const smtp::TlsFacts facts{base::escaped(client.tls->protocol), base::escaped(client.tls->cipher), 128, 128};
  const std::string header = smtp::received_header({"front.example", named, "", ""}, envelope, facts);
  must(header.starts_with("Received: ") && header.ends_with("\r\n") && header.size() < 4096);
  std::string_view rest = header;
  for (std::size_t end = rest.find("\r\n"); !rest.empty(); end = rest.find("\r\n")) {
    const std::string_view line = rest.substr(0, end);
    must(line.data() == header.data() || line.starts_with('\t'));
    must(std::all_of(line.begin(), line.end(), [](char c) { return c == '\t' || is_printable(c); }));
    rest.remove_prefix(end + 2);
  }
}

}  // namespace

// The input's pieces, split at 0xff, are the values in turn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  session::ClientIdentity client;
  client.server = *os::SocketAddress::ip("192.0.2.25", 25);
  tls::Facts facts;
  std::string announcement;
  std::string helo;
  for (std::string* field : {&announcement, &client.name, &client.claimed_name, &client.session_id, &helo,
                             &facts.protocol, &facts.cipher, &facts.sni, &facts.alpn, &facts.client_common_name}) {
    const auto end = std::min(rest.find('\xff'), rest.size());
    *field = std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  client.client = address_of(helo);
  client.tls = std::make_shared<const tls::Facts>(facts);
  check_xclient(announcement, client);
  using session::Identity;
  for (const auto identity : {Identity::proxy_v1, Identity::proxy_v2, Identity::proxy_v2_tls}) {
    check_proxy(identity, client);
  }
  check_environment(client);
  check_trace_header(helo, client);
  return 0;
}
