// Words of tlsproxy_tls_loglevel and what they add.
#include "postfix/tls_log_level.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "postfix/tls_words.hpp"

namespace postfix {
namespace {

enum Topic : unsigned {
  summary = 1,
  untrusted = 2,
  peer = 4,
  match = 8,
  verbose = 16,
  cache = 32,
  handshake = 64,
  all = 128
};

struct Word {
  std::string_view name;
  unsigned topics;
};

constexpr unsigned routine = summary;
constexpr unsigned debug = summary | untrusted | peer | match | verbose | cache;
constexpr unsigned expert = debug | handshake;
constexpr unsigned developer = debug | all;

constexpr Word words[] = {
    {"0", 0},
    {"none", 0},
    {"1", routine},
    {"routine", routine},
    {"2", debug},
    {"debug", debug},
    {"3", expert},
    {"ssl-expert", expert},
    {"4", developer},
    {"ssl-developer", developer},
    {"5", developer},
    {"6", developer},
    {"7", developer},
    {"8", developer},
    {"9", developer},
    {"summary", summary},
    {"untrusted", untrusted},
    {"peercert", peer},
    {"certmatch", match},
    {"verbose", verbose},
    {"cache", cache},
    {"dane", 0},
    {"ssl-debug", verbose},
    {"ssl-handshake-packet-dump", handshake},
    {"ssl-session-packet-dump", all},
    {"trace", 0},
};

}  // namespace

base::Result<TlsTopics> tls_topics(std::string_view name, std::string_view value) {
  unsigned found = 0;
  for (const std::string_view one : tls_words(value)) {
    const auto is = [&](const Word& word) { return base::iequals(word.name, one); };
    const auto word = std::find_if(std::begin(words), std::end(words), is);
    if (word == std::end(words)) {
      return base::fail("unknown {} value \"{}\" in \"{}\"", name, base::escaped(one, 80), base::escaped(value, 80));
    }
    found |= word->topics;
  }
  TlsTopics topics;
  topics.summary = (found & summary) != 0;
  topics.untrusted = (found & untrusted) != 0;
  topics.peer_certificate = (found & peer) != 0;
  topics.verbose = (found & verbose) != 0;
  topics.cache = (found & cache) != 0;
  topics.handshake_dump = (found & (handshake | all)) != 0;
  topics.session_dump = (found & all) != 0;
  return topics;
}

}  // namespace postfix
