#include "reputation/script.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace reputation {
namespace {

constexpr std::string_view arrive_script = R"(
local count = 0
if ARGV[1] ~= '0' then
  count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
end
return {count, tonumber(redis.call('GET', KEYS[2]) or 0), redis.call('EXISTS', KEYS[3])}
)";

constexpr std::string_view greylist_script = R"(
local delay, keep, enough = tonumber(ARGV[1]), ARGV[3], tonumber(ARGV[4])
local came = tonumber(redis.call('GET', KEYS[2]) or 0)
if enough > 0 and came >= enough then
  redis.call('EXPIRE', KEYS[2], keep)
  return {3, 0}
end
local first = redis.call('GET', KEYS[1])
local now = tonumber(redis.call('TIME')[1])
if not first then
  redis.call('SET', KEYS[1], now, 'EX', ARGV[2])
  return {0, delay}
end
if first == 'came' then
  redis.call('EXPIRE', KEYS[1], keep)
  return {2, 0}
end
local waited = math.max(0, now - tonumber(first))
if waited < delay then return {0, delay - waited} end
redis.call('SET', KEYS[1], 'came', 'EX', keep)
redis.call('SET', KEYS[2], came + 1, 'EX', keep)
return {1, waited}
)";

constexpr std::string_view report_script = R"(
if ARGV[3] ~= '0' then redis.call('SET', KEYS[2], 1, 'EX', ARGV[3]) end
if ARGV[1] == '0' then return {tonumber(redis.call('GET', KEYS[1]) or 0)} end
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if sum == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return {sum}
)";

std::string script_command(std::string_view verb, std::string_view script, const Question& question) {
  const std::string keys = fmt::to_string(question.keys.size());
  std::vector<std::string> numbers;
  numbers.reserve(question.numbers.size());
  for (const std::int64_t number : question.numbers) numbers.push_back(fmt::to_string(number));
  std::vector<std::string_view> words{verb, script, keys};
  words.insert(words.end(), question.keys.begin(), question.keys.end());
  words.insert(words.end(), numbers.begin(), numbers.end());
  return command(words);
}

}  // namespace

std::string_view script_of(Rule rule) {
  switch (rule) {
    case Rule::arrive:
      return arrive_script;
    case Rule::greylist:
      return greylist_script;
    case Rule::report:
      break;
  }
  return report_script;
}

std::string command(const std::vector<std::string_view>& words) {
  std::string text = fmt::format("*{}\r\n", words.size());
  for (const std::string_view word : words) text += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return text;
}

std::string by_name(const Question& question, std::string_view name) {
  return script_command("EVALSHA", name, question);
}

std::string in_full(const Question& question) {
  return script_command("EVAL", script_of(question.rule), question);
}

std::string opening(const Login& login) {
  std::string text;
  if (!login.password.empty()) {
    text += login.user.empty() ? command({"AUTH", login.password}) : command({"AUTH", login.user, login.password});
  }
  text += command({"ROLE"});
  for (std::size_t i = 0; i < rules; ++i) text += command({"SCRIPT", "LOAD", script_of(static_cast<Rule>(i))});
  return text;
}

std::size_t opening_replies(const Login& login) {
  return (login.password.empty() ? 0 : 1) + 1 + rules;
}

base::Result<ScriptNames> opened(const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (reply.is_error) return base::fail("{}", base::escaped(reply.text()));
  }
  if (replies.size() < rules + 1) return base::fail("it said too little");
  const std::string role = replies[replies.size() - rules - 1].text();
  if (role != "master") return base::fail("it is no master, but says \"{}\"", base::escaped(role));
  ScriptNames names;
  for (std::size_t i = 0; i < rules; ++i) names.at(i) = replies[replies.size() - rules + i].text();
  return names;
}

base::Result<Numbers> numbers_of(const Reply& reply) {
  if (reply.is_error) return base::fail("{}", base::escaped(reply.text()));
  Numbers numbers;
  numbers.reserve(reply.words.size());
  for (const std::string& word : reply.words) {
    const auto number = base::number<std::int64_t>(word);
    if (!number) return base::fail("\"{}\" is no number", base::escaped(word));
    numbers.push_back(*number);
  }
  return numbers;
}

bool lacks_script(const Reply& reply) {
  return reply.is_error && reply.text().starts_with("NOSCRIPT");
}

}  // namespace reputation
