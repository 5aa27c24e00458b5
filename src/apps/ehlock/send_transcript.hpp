// SendTranscript: what was said in a session, line by line, on standard output: "<-" the server, "->" we, "==" what TLS
// found. The server's words are made harmless for terminals (threat 38); secrets never come here.
#pragma once

#include <string_view>

#include "smtp/reply.hpp"

namespace app {

class SendTranscript {
 public:
  static void heard(const smtp::Reply& reply);
  static void said(std::string_view line);
  static void noted(std::string_view text);
};

}  // namespace app
