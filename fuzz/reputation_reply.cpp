// Any bytes as replies of a Redis server: the same replies in any chunking, within the limits.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "must.hpp"
#include "reputation/script.hpp"

namespace {

using fuzz::must;

using reputation::ReplyParser;

void check(const reputation::Reply& reply) {
  must(reply.words.size() <= reputation::most_words);
  const auto numbers = reputation::numbers_of(reply);
  if (!numbers) return;
  const auto greylisted = reputation::greylisted_of(*numbers);
  must(!greylisted || !reputation::text_of(greylisted->state).empty());
  (void)reputation::standing_of(*numbers);
}

std::vector<std::string> replies(std::string_view bytes, std::size_t chunk) {
  std::vector<std::string> seen;
  std::vector<reputation::Reply> all;
  ReplyParser parser;
  while (!bytes.empty() && parser.state() != ReplyParser::State::fault) {
    bytes.remove_prefix(parser.feed(bytes.substr(0, chunk)));
    if (parser.state() != ReplyParser::State::done) continue;
    all.push_back(parser.take());
    check(all.back());
    seen.push_back(all.back().is_error ? "-" : "+");
    seen.insert(seen.end(), all.back().words.begin(), all.back().words.end());
  }
  (void)reputation::opened(all);
  seen.push_back(std::to_string(static_cast<int>(parser.state())));
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  must(replies(bytes, size) == replies(bytes, 1));
  return 0;
}
