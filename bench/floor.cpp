// bench_floor: what a TLS handshake costs OpenSSL's server side alone, client and server joined by memory, no network.
// bench_floor CHAIN KEY 1.2|1.3 full|resumed COUNT prints the CPU microseconds per handshake, SSL_new to SSL_free.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "cpu_time.hpp"
#include "owned_openssl.hpp"

namespace {

using load::Context;
using load::Ssl;
using load::Ticket;

struct Peers {
  Context server;
  Context client;
  Ticket ticket;  // empty: full handshakes
};

struct Handshake {
  double server_us = 0;
  bool done = false;
  bool resumed = false;
  Ticket ticket;
};

double cpu_us() {
  return load::cpu_us(CLOCK_THREAD_CPUTIME_ID);
}

// Each side writes into the BIO the other reads from.
void join(SSL* server, SSL* client) {
  BIO* to_server = BIO_new(BIO_s_mem());
  BIO* to_client = BIO_new(BIO_s_mem());
  BIO_up_ref(to_server);
  BIO_up_ref(to_client);
  SSL_set_bio(server, to_server, to_client);
  SSL_set_bio(client, to_client, to_server);
}

Handshake shake_hands(Peers& peers) {
  Handshake outcome;
  Ssl client(SSL_new(peers.client.get()));
  if (peers.ticket) SSL_set_session(client.get(), peers.ticket.get());
  double began = cpu_us();
  Ssl server(SSL_new(peers.server.get()));
  join(server.get(), client.get());
  outcome.server_us += cpu_us() - began;
  for (int turn = 0; turn < 8 && !outcome.done; ++turn) {
    const bool client_done = SSL_connect(client.get()) == 1;
    began = cpu_us();
    const bool server_done = SSL_accept(server.get()) == 1;
    outcome.server_us += cpu_us() - began;
    outcome.done = client_done && server_done;
  }
  char unused = 0;
  SSL_read(client.get(), &unused, 1);  // takes the tickets of TLS 1.3
  outcome.resumed = SSL_session_reused(client.get()) == 1;
  outcome.ticket.reset(SSL_get1_session(client.get()));
  SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_set_shutdown(server.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  began = cpu_us();
  server.reset();
  outcome.server_us += cpu_us() - began;
  return outcome;
}

bool prepare(Peers& peers, const char* chain, const char* key, int version) {
  peers.server.reset(SSL_CTX_new(TLS_server_method()));
  peers.client.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(peers.client.get(), version);
  SSL_CTX_set_max_proto_version(peers.client.get(), version);
  SSL_CTX_set_session_cache_mode(peers.server.get(), SSL_SESS_CACHE_OFF);  // tickets only
  return SSL_CTX_use_certificate_chain_file(peers.server.get(), chain) == 1 &&
         SSL_CTX_use_PrivateKey_file(peers.server.get(), key, SSL_FILETYPE_PEM) == 1;
}

int complain(std::string_view text) {
  fmt::print(stderr, "bench_floor: {}\n", text);
  return EXIT_FAILURE;
}

int measure(Peers& peers, bool resumed, int count) {
  constexpr int warm_up = 20;
  double sum = 0;
  for (int at = -warm_up; at < count; ++at) {
    Handshake one = shake_hands(peers);
    if (!one.done) return complain("a handshake failed");
    if (resumed && at > -warm_up && !one.resumed) return complain("a session was not resumed");
    if (resumed) peers.ticket = std::move(one.ticket);
    if (at >= 0) sum += one.server_us;
  }
  fmt::print("{{\"us\": {:.2f}}}\n", sum / count);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) return complain("usage: bench_floor CHAIN KEY 1.2|1.3 full|resumed COUNT");
  const std::span<char*> word(words, 6);
  const std::string_view number = word[5];
  int handshakes = 0;
  std::from_chars(number.data(), number.data() + number.size(), handshakes);
  Peers peers;
  const int version = std::string_view(word[3]) == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
  if (handshakes < 1 || !prepare(peers, word[1], word[2], version))
    return complain("chain, key or count cannot be used");
  return measure(peers, std::string_view(word[4]) == "resumed", handshakes);
}
