// ClientIdentity: who the client of a session is, as far as we know it ourselves (never from what the client claims).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "os/address.hpp"
#include "smtp/tls_facts.hpp"
#include "tls/facts.hpp"

namespace session {

struct ClientIdentity {
  os::SocketAddress client;  // after PROXY, where a listed balancer told it
  os::SocketAddress server;  // the address the client connected to
  // Only where reverse names are asked for: the one that leads back to the address, and the one that is claimed.
  std::string name = "unknown";
  std::string claimed_name = "unknown";
  std::string session_id;
  std::shared_ptr<const tls::Facts> tls;  // once secured; sessions that found the same may share it
  std::string tls_session;                // the id of the TLS session, as octets

  // "unknown[192.0.2.1]:4711", Postfix's form.
  [[nodiscard]] std::string text() const;
  // As much of `tls` as SMTP tells on.
  [[nodiscard]] smtp::TlsFacts tls_for_smtp() const;
};

// UCSPI's variables and, inside TLS, mod_ssl's names, as "NAME=value" (program backends).
[[nodiscard]] std::vector<std::string> environment_of(const ClientIdentity& identity);

}  // namespace session
