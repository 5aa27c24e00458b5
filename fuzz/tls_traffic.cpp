// Fuzz target: two engines and a network between them that cuts, delays, drops, doubles, changes and adds octets, with
// small buffers at both ends; the first octet says which version, whether a session is resumed, and whether the engines
// rest whenever they may. Each end hears a beginning of what the other said, all of it when the network was honest,
// buffers keep their limits, an end that failed or closed stays so, and what is known of a handshake does not change.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tls/context.hpp"
#include "tls/engine.hpp"
#include "tls/ssl_places.hpp"
#include "tls_parties.hpp"

namespace {

// Before OpenSSL is used: only an SSL that has its place is packed while its engine rests.
const bool given = [] {
  tls::give_ssls_places();
  return true;
}();

tls::Context make_client(tls::Version highest) {
  tls::ClientSettings settings;
  settings.server_name = "mail.example";
  settings.max_version = highest;
  auto context = tls::Context::client(settings);
  must(context.has_value());
  return *context;
}

// One end: its engine, the octets on their way to it, and what was said and heard here.
struct End {
  std::unique_ptr<tls::Engine> engine;
  std::string under_way;
  std::string said;
  std::string heard;
  bool over = false;   // it failed, or the other end said close_notify
  bool ended = false;  // no more octets come
  std::optional<tls::Facts> facts;

  void check(tls::Progress progress) {
    must(!over || progress == tls::Progress::failed || progress == tls::Progress::closed);
    over = over || progress == tls::Progress::failed || progress == tls::Progress::closed;
    // What came before a bad record is still read: then the failure is told by the next call.
    const bool told = (progress == tls::Progress::failed) == (engine->failure().reason != tls::FailReason::none);
    must(told || progress == tls::Progress::done || over || ended);
    must(engine->incoming().size() <= most_in && engine->outgoing().size() <= most_out);
  }
  void shake() {
    if (over) return;
    const tls::Progress progress = engine->handshake();
    check(progress);
    if (progress == tls::Progress::done && !facts) facts = engine->facts();
  }
  void say(std::size_t size) {
    const std::string text(size, static_cast<char>('a' + said.size() % 26));
    std::size_t taken = 0;
    const tls::Progress progress = engine->write(text, taken);
    must(taken <= text.size() && (progress == tls::Progress::done || taken == 0));
    must(engine->outgoing().size() <= most_out);
    said += text.substr(0, taken);
  }
  void hear(std::size_t room) {
    base::Buffer plaintext(room);
    const tls::Progress progress = engine->read(plaintext);
    must(!over || plaintext.empty());
    must((progress == tls::Progress::done) == !plaintext.empty());
    must(!ended || progress != tls::Progress::want_input);
    check(progress);
    heard += plaintext.view();
  }
  void end() {
    ended = true;
    engine->on_end_of_stream();
  }
  void take(std::size_t size) {
    if (ended) return;
    const std::size_t count = std::min({size, under_way.size(), engine->incoming().room()});
    must(engine->incoming().append(std::string_view(under_way).substr(0, count)));
    under_way.erase(0, count);
  }
};

class Wire {
 public:
  Wire(const tls::Context& client, const tls::Context& server, std::string_view session, bool rests) : rests_(rests) {
    ends_[0].engine = client.start();
    ends_[1].engine = server.start();
    if (!session.empty()) ends_[0].engine->resume_with(session);
  }

  void act(unsigned op, std::size_t value, std::string_view& rest) {
    End& here = ends_[op & 1];
    End& there = ends_[1 - (op & 1)];
    if (op < 4) here.shake();
    if (op >= 4 && op < 8) here.take(value * 64 + 1);
    if (op >= 8 && op < 12) here.say(value * 97 + 1);
    if (op >= 12 && op < 16) here.hear(value + 1);
    if (op == 16 || op == 17) here.engine->close();
    if (op == 18 || op == 19) attack(here, value, rest);
    if (op == 20 || op == 21) here.end();
    if (op >= 22) exchange(1 + value % 4);
    pass(here, there);
    check();
    for (End& end : ends_) {
      if (rests_) end.engine->rest();
    }
  }

  // What a client resumes with later.
  [[nodiscard]] std::string session() {
    for (int round = 0; round < 4; ++round) exchange(1);
    return ends_[0].engine->session_der();
  }

  // Octets move until nothing does.
  void finish() {
    for (int round = 0; round < 8; ++round) exchange(1);
    check();
    for (const End& end : ends_) must(!end.facts || *end.facts == end.engine->facts());
    if (attacked_ || ends_[0].over || ends_[1].over || ends_[0].ended || ends_[1].ended) return;
    must(ends_[0].heard == ends_[1].said && ends_[1].heard == ends_[0].said);
    must(ends_[0].facts && ends_[1].facts && ends_[0].facts->cipher == ends_[1].facts->cipher);
    must(ends_[0].facts->resumed == ends_[1].facts->resumed);
  }

 private:
  void exchange(std::size_t rounds) {
    for (std::size_t i = 0; i < rounds * 2; ++i) {
      End& here = ends_[i & 1];
      here.shake();
      pass(here, ends_[1 - (i & 1)]);
      here.take(most_in);
      while (here.engine->failure().reason == tls::FailReason::none && !here.over) {
        const std::size_t before = here.heard.size() + here.under_way.size();
        here.hear(4096);
        here.take(most_in);
        if (here.heard.size() + here.under_way.size() == before) break;
      }
      pass(here, ends_[1 - (i & 1)]);
    }
  }

  // What the network does to octets on their way to `end`.
  void attack(End& end, std::size_t value, std::string_view& rest) {
    std::string& octets = end.under_way;
    const unsigned kind = value % 4;
    if (octets.empty() && kind != 3) return;
    attacked_ = true;
    const std::size_t at = octets.empty() ? 0 : value * 31 % octets.size();
    if (kind == 0) octets[at] = static_cast<char>(static_cast<unsigned char>(octets[at]) ^ (1U << (value / 32)));
    if (kind == 1) octets.erase(at, 1 + value / 8);
    if (kind == 2) octets.insert(at, octets.substr(at / 2, 64));
    if (kind != 3) return;
    const std::size_t count = std::min<std::size_t>(rest.size(), value);
    octets.insert(at, rest.substr(0, count));
    rest.remove_prefix(count);
  }

  static void pass(End& from, End& to) {
    to.under_way += from.engine->outgoing().view();
    (void)from.engine->outgoing().clear();
  }

  void check() const { must(ends_[1].said.starts_with(ends_[0].heard) && ends_[0].said.starts_with(ends_[1].heard)); }

  End ends_[2];
  bool rests_;
  bool attacked_ = false;
};

struct Parties {
  tls::Context client;
  tls::Context server;
  std::string session;
};

Parties parties_of(tls::Version highest) {
  Parties parties{make_client(highest), make_server({"mail.example"}, {}), {}};
  parties.session = Wire(parties.client, parties.server, {}, false).session();
  must(!parties.session.empty());
  return parties;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Parties parties[] = {parties_of(tls::Version::tls1_2), parties_of(tls::Version::tls1_3)};
  if (size < 2 || !given) return 0;
  const Parties& these = parties[data[0] & 1];
  const bool resumes = (data[0] & 2) != 0;
  Wire wire(these.client, these.server, resumes ? std::string_view(these.session) : "", (data[0] & 4) != 0);
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  for (int count = 0; count < 200 && rest.size() >= 2; ++count) {
    const unsigned op = static_cast<unsigned char>(rest[0]) % 24;
    const std::size_t value = static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(2);
    wire.act(op, value, rest);
  }
  wire.finish();
  return 0;
}
