// Transcript: what was said in a session, line by line, on standard output if it is to be shown: "<-" the server, "->"
// we, "==" what TLS found. The server's words are made harmless for terminals (threat 38); secrets never come here.
#pragma once

#include <string_view>

#include "smtp/reply.hpp"

namespace app {

class Transcript {
 public:
  explicit Transcript(bool shown) : shown_(shown) {}

  void heard(const smtp::Reply& reply) const;
  void said(std::string_view line) const;
  void noted(std::string_view text) const;

 private:
  void print(std::string_view sign, std::string_view line) const;

  bool shown_;
};

}  // namespace app
