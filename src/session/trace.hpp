// What a trace of a session may tell: commands and replies, never the words of an AUTH exchange, never message text.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace session {

// A line of the client, escaped: "EHLO client.example", "AUTH PLAIN (...)"; of commands that never pass a front the
// verb alone, "PROXY (...)", since one is AUTH under another name. Lines that are no known command, or the answer to a
// 334, are told by their size alone: they may be a password, or text of a message that was refused.
[[nodiscard]] std::string told_of_client(std::string_view line, bool answers_challenge);

// Whether these words to the client ask for the next line of an AUTH exchange.
[[nodiscard]] bool is_challenge(std::string_view words);

// Our words to the client in one line, "250-mx.example | 250 SIZE 1000"; of a challenge the code alone.
[[nodiscard]] std::string told_to_client(std::string_view words);

}  // namespace session
