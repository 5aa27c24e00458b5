// What all connections of one Context share: OpenSSL's contexts, one for each set of certificate names, and the rules
// that choose between them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tls/context.hpp"
#include "tls/openssl.hpp"
#include "tls/server_names.hpp"

namespace tls {

struct Context::Inner {
  bool serves = false;
  std::vector<SslContextPtr> contexts;  // the first is the default, and the client's only one
  NameTable names;                      // server name -> index in contexts
  bool strict_sni = false;
  ClientCertificate client_certificate = ClientCertificate::none;
  bool client_authorities = false;       // client certificates must lead to one of them
  std::vector<std::string> client_keys;  // and be for one of these keys, if there are any
  bool remote_keys = false;              // a handshake may have to pause
  std::string alpn;                      // protocols of ours in wire form (RFC 7301 §3.1); empty: all are ignored
  std::shared_ptr<const TicketRing> tickets;
  SessionMemory memory;
  bool trace = false;
  std::string server_name;  // client role: the name asked for; empty for addresses
};

}  // namespace tls
