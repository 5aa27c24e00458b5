// Fuzz target: a relay between two peers that say, hear, half-close and leave in any order while the sockets between
// hold little. The first octet says whether the client speaks TLS, of which version, whether that rests whenever it
// may, and whether a pause may come. Each hears a beginning of what the other said; all of it, and the end, when nobody
// left early.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "session/relay.hpp"
#include "session/tls_layer.hpp"
#include "session_parties.hpp"
#include "tls/ssl_places.hpp"
#include "tls_parties.hpp"

namespace {

constexpr std::chrono::seconds hour{3600};

// Before OpenSSL is used: only an SSL that has its place is packed while its engine rests.
const bool given = [] {
  tls::give_ssls_places();
  return true;
}();

tls::Context make_client(tls::Version highest) {
  tls::ClientSettings settings;
  settings.max_version = highest;
  auto context = tls::Context::client(settings);
  must(context.has_value());
  return *context;
}

// A peer's words in clear, or inside TLS of its own.
class Side {
 public:
  std::unique_ptr<tls::Engine> engine;
  fuzz::Peer peer;
  std::string said;
  std::string heard;
  bool shaken = false;  // the handshake is complete
  bool ended = false;
  bool left = false;
  bool told_end = false;  // by a close_notify

  void say(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (said.size() + i) % 26);
    std::size_t taken = 0;
    if (engine) (void)engine->write(text, taken);
    said += text.substr(0, engine ? taken : peer.say(text));
    flush();
  }

  // Whether anything came.
  bool hear(std::size_t most) {
    const std::string octets = peer.hear(engine ? std::min(most, engine->incoming().room()) : most);
    engine ? decrypt(octets) : void(heard += octets);
    flush();
    return !octets.empty();
  }

  // Within TLS: by a close_notify, or without.
  void end(bool politely) {
    if (ended) return;
    ended = true;
    if (engine && politely) engine->close();
    flush();
  }

 private:
  void decrypt(std::string_view octets) {
    must(engine->incoming().append(octets));
    if (!shaken) shaken = engine->handshake() == tls::Progress::done;
    base::Buffer plaintext(most_in);
    tls::Progress progress = engine->read(plaintext);
    for (; progress == tls::Progress::done; progress = engine->read(plaintext)) {
      heard += plaintext.view();
      plaintext.clear();
    }
    must(progress != tls::Progress::failed);
    told_end = progress == tls::Progress::closed;
  }

  // The end goes behind all that was said.
  void flush() {
    if (engine) engine->outgoing().consume(peer.say(engine->outgoing().view()));
    if (ended && (!engine || engine->outgoing().empty())) peer.end_writing();
  }
};

class Play {
 public:
  Play(net::Loop& loop, unsigned settings, std::string_view script)
      : loop_(loop),
        in_tls_((settings & 1) != 0),
        rests_((settings & 4) != 0),
        script_(script),
        client_(net::Stream(loop, sides_[0].peer.connect())),
        other_(loop, sides_[1].peer.connect()),
        relay_(loop, client_, other_, hour) {
    static const tls::Context speakers[] = {make_client(tls::Version::tls1_3), make_client(tls::Version::tls1_2)};
    if ((settings & 8) != 0) relay_.hold_handshakes();
    if (in_tls_) sides_[0].engine = speakers[settings / 2 % 2].start();
  }

  net::Task<void> run() {
    if (in_tls_) co_await secure();
    end_ = co_await relay_.run();
    over_ = true;
    client_.close();
    other_.close();
  }

  // False: the script and the relay are over.
  bool turn() {
    if (rests_ && layer_ != nullptr && !over_) layer_->rest();
    if (in_tls_ && !sides_[0].shaken) return sides_[0].hear(most_in), true;
    if (script_.size() >= 2 && !over_) {
      act(static_cast<unsigned char>(script_[0]), static_cast<unsigned char>(script_[1]));
      script_.remove_prefix(2);
      return true;
    }
    // Who is still there hears the rest and ends.
    for (Side& side : sides_) {
      while (side.hear(65536)) continue;
      side.end(true);
    }
    return !over_;
  }

  void check() const {
    must(sides_[0].said.starts_with(sides_[1].heard) && sides_[1].said.starts_with(sides_[0].heard));
    if (stopped_ || sides_[0].left || sides_[1].left || end_ != session::Relay::End::done) return;
    must(sides_[0].heard == sides_[1].said);
    must(sides_[0].told_end == in_tls_);
  }

 private:
  void act(unsigned op, std::size_t value) {
    Side& side = sides_[op & 1];
    switch (op / 2 % 16) {
      case 12:
        side.end(value % 4 != 1);
        break;
      case 13:
        side.peer.close();
        side.left = true;
        break;
      case 14:
        stopped_ = true;
        relay_.stop();
        break;
      case 15:
        value < 192 ? relay_.shorten(hour + std::chrono::seconds(value)) : relay_.pause();
        break;
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        if (!side.ended) side.say(value * 33 + 1);
        break;
      default:
        side.hear(value * 65 + 1);
    }
  }

  // The client's handshake, which nothing disturbs.
  net::Task<void> secure() {
    static const tls::Context server = make_server({"mail.example"}, {});
    auto layer = std::make_unique<session::TlsLayer>(loop_, server.start());
    layer_ = layer.get();
    const bool done = co_await layer->shake_hands(client_.stream(), nullptr, net::after(hour));
    must(done || sides_[0].left || sides_[0].ended);
    client_.put_on(std::move(layer));
  }

  net::Loop& loop_;
  bool in_tls_;
  bool rests_;
  std::string_view script_;
  Side sides_[2];
  session::Channel client_;
  net::Stream other_;
  session::Relay relay_;
  session::TlsLayer* layer_ = nullptr;
  session::Relay::End end_ = session::Relay::End::done;
  bool stopped_ = false;
  bool over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 600;
  if (size == 0 || !given) return 0;
  net::Loop loop;
  Play play(loop, data[0], {reinterpret_cast<const char*>(data + 1), std::min(size - 1, longest)});
  net::spawn(loop, play.run(), fuzz::broken);
  net::spawn(loop, fuzz::turns(loop, [&] { return play.turn(); }), fuzz::broken);
  loop.run();
  play.check();
  return 0;
}
