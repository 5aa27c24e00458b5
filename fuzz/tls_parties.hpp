// What the fuzz targets of TLS have in common: a server with a certificate of its own and tickets, and the bounds of an
// input and of what it may cause.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "must.hpp"
#include "tls/context.hpp"
#include "tls/self_signed.hpp"

using fuzz::must;

constexpr std::size_t most_in = std::size_t{17} * 1024;
constexpr std::size_t most_out = std::size_t{256} * 1024;

inline std::vector<tls::TicketKey> own_ticket_keys() {
  std::vector<base::Secret> secrets;
  secrets.emplace_back(std::string_view("0123456789abcdef0123456789abcdef"));
  return tls::current_ticket_keys(secrets, 1);
}

inline tls::Context make_server(const std::vector<std::string>& names, const tls::ServerSettings& settings,
                                const std::shared_ptr<tls::TicketRing>& ring) {
  const auto made = tls::make_self_signed(names, tls::KeyKind::ecdsa_p256, std::chrono::hours(24));
  must(made.has_value());
  const auto key = tls::PrivateKey::from_pem(made->key_pem);
  must(key.has_value());
  ring->replace(own_ticket_keys());
  auto context = tls::Context::server(settings, {{made->chain_pem, *key, "fuzz"}}, ring);
  must(context.has_value());
  return *context;
}

inline tls::Context make_server(const std::vector<std::string>& names, const tls::ServerSettings& settings) {
  return make_server(names, settings, std::make_shared<tls::TicketRing>());
}
