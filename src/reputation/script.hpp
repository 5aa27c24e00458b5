// Questions as a Redis server (7, or Valkey) understands them: one script for each rule, which the server runs as one
// step, and commands in its protocol (RESP2). Time is the server's: nodes need not agree about theirs.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reputation/question.hpp"
#include "reputation/reply.hpp"

namespace reputation {

// In the server's language, Lua.
[[nodiscard]] std::string_view script_of(Rule rule);

// One command of any words.
[[nodiscard]] std::string command(const std::vector<std::string_view>& words);

// EVALSHA, with the name the server gave the script when it was loaded; EVAL when it has forgotten it.
[[nodiscard]] std::string by_name(const Question& question, std::string_view name);
[[nodiscard]] std::string in_full(const Question& question);

// What a server must be told on a new connection: who we are (empty password: nobody), which role it has, and the
// scripts.
struct Login {
  std::string_view user;  // empty: the default user
  std::string_view password;
};
[[nodiscard]] std::string opening(const Login& login);
// How many replies that brings.
[[nodiscard]] std::size_t opening_replies(const Login& login);

using ScriptNames = std::array<std::string, rules>;
// The scripts' names out of these replies; an error says why this server is of no use: it refuses us, or is a replica,
// which could not remember anything.
[[nodiscard]] base::Result<ScriptNames> opened(const std::vector<Reply>& replies);

// The numbers of an answer; an error in the server's words.
[[nodiscard]] base::Result<Numbers> numbers_of(const Reply& reply);

// Whether it only lacks the script.
[[nodiscard]] bool lacks_script(const Reply& reply);

}  // namespace reputation
