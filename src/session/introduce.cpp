// What is said on a backend connection before SMTP begins: the client's identity (PROXY header, XCLIENT).

#include "session/introduction.hpp"

#include <utility>

#include "proxyproto/header.hpp"
#include "session/openers.hpp"
#include "session/xclient.hpp"

namespace session {
namespace {

base::Result<proxyproto::Header> header_for(const ClientIdentity& client) {
  if (client.client.is_unix()) {
    proxyproto::Header local;  // there is no address to tell: the backend sees a connection of our own
    local.command = proxyproto::Command::local;
    return local;
  }
  return proxyproto::between({client.client.octets(), client.client.port()},
                             {client.server.octets(), client.server.port()});
}

proxyproto::Ssl ssl_of(const tls::Facts& facts) {
  proxyproto::Ssl ssl;
  ssl.certificate = facts.client_certificate && !facts.resumed;
  ssl.session_certificate = facts.client_certificate;
  ssl.verify = facts.client_verified ? 0 : 1;
  ssl.version = facts.protocol;
  ssl.common_name = facts.client_common_name;
  ssl.cipher = facts.cipher;
  ssl.signature_algorithm = facts.certificate_signature;
  ssl.key_algorithm = facts.certificate_key;
  ssl.group = facts.group;
  ssl.signature_scheme = facts.scheme;
  return ssl;
}

}  // namespace

base::Result<std::string> proxy_header(Identity identity, const ClientIdentity& client) {
  auto header = header_for(client);
  if (!header) return tl::unexpected(header.error());
  if (identity == Identity::proxy_v1) return proxyproto::write_v1(*header);
  if (identity == Identity::proxy_v2_tls) {
    header->tlvs.unique_id = client.session_id;
    if (client.tls) {
      header->tlvs.alpn = client.tls->alpn;
      header->tlvs.authority = client.tls->sni;
      header->tlvs.ssl = ssl_of(*client.tls);
    }
  }
  return proxyproto::write_v2(*header);
}

net::Task<base::Result<void>> introduce(net::Stream& backend, Identity identity, const ClientIdentity& client,
                                        const Limits& limits) {
  if (identity == Identity::none) co_return base::Result<void>();
  if (identity == Identity::xclient) co_return co_await introduce_by_xclient(backend, client, limits);
  const auto header = proxy_header(identity, client);
  if (!header) co_return tl::unexpected(header.error());
  const net::Io sent = co_await backend.write(*header, net::after(limits.connect));
  if (sent != net::Io::done) co_return base::fail("the backend did not take the PROXY header");
  co_return base::Result<void>();
}

}  // namespace session
