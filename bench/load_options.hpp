// What the load generator is asked to do: the words of its command line as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"

namespace load {

enum class Door : std::uint8_t { plain, starttls, implicit };

struct Options {
  std::uint16_t port = 0;  // on 127.0.0.1
  Door door = Door::starttls;
  int tls_version = 0;             // an OpenSSL version number; 0: what the server prefers
  std::string name = "localhost";  // asked for by SNI
  std::string ciphersuites;        // of TLS 1.3; empty: OpenSSL's own list
  bool resumed = false;            // offer the tickets of earlier sessions
  bool hold = false;               // keep every session open after its script, until a line arrives on standard input
  std::size_t sessions = 1;        // in all
  std::size_t parallel = 1;        // at a time
  double rate = 0;                 // sessions begun each second, whatever the earlier ones do; 0: `parallel` decides
  std::string signatures;          // the client's signature algorithms, as OpenSSL lists them; empty: its own list
  std::size_t messages = 0;        // in each session
  std::size_t octets = 4096;       // of a message's text
  std::uint16_t backend_port = 0;  // `auth`: where clients are sent
  std::string handoff;             // `screen`: tlsproxy's UNIX socket
  std::string postlog;             // `screen`: the datagram socket to make, where Postfix's programs send their log
};

// The words after the program's name, as "--port", "2525", "--resumed".
[[nodiscard]] base::Result<Options> parse(std::span<char*> words);

}  // namespace load
