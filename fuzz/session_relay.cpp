// Fuzz target: a relay between two peers that say, hear, half-close and leave in any order while the sockets between
// hold little. Each hears a beginning of what the other said; all of it, and the end, when nobody left early.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "session/relay.hpp"
#include "session_parties.hpp"

namespace {

using fuzz::must;

struct Side {
  fuzz::Peer peer;
  std::string said;
  std::string heard;
  bool ended = false;
  bool left = false;
};

class Play {
 public:
  Play(net::Loop& loop, std::string_view script)
      : script_(script),
        client_(net::Stream(loop, sides_[0].peer.connect())),
        other_(loop, sides_[1].peer.connect()),
        relay_(loop, client_, other_, std::chrono::seconds(3600)) {}

  net::Task<void> run() {
    end_ = co_await relay_.run();
    over_ = true;
    client_.close();
    other_.close();
  }

  // False: the script and the relay are over.
  bool turn() {
    if (script_.size() >= 2 && !over_) {
      act(static_cast<unsigned char>(script_[0]), static_cast<unsigned char>(script_[1]));
      script_.remove_prefix(2);
      return true;
    }
    // Who is still there hears the rest and ends.
    for (Side& side : sides_) {
      for (std::string text = side.peer.hear(65536); !text.empty(); text = side.peer.hear(65536)) side.heard += text;
      if (!side.ended) side.peer.end_writing();
      side.ended = true;
    }
    return !over_;
  }

  void check() const {
    must(sides_[0].said.starts_with(sides_[1].heard) && sides_[1].said.starts_with(sides_[0].heard));
    if (stopped_ || sides_[0].left || sides_[1].left || end_ != session::Relay::End::done) return;
    must(sides_[0].heard == sides_[1].said);
  }

 private:
  void act(unsigned op, std::size_t value) {
    Side& side = sides_[op & 1];
    switch (op / 2 % 16) {
      case 12:
        side.peer.end_writing();
        side.ended = true;
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
        relay_.shorten(std::chrono::seconds(3600 + value));
        break;
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        if (!side.ended) say(side, value * 33 + 1);
        break;
      default:
        side.heard += side.peer.hear(value * 65 + 1);
    }
  }

  static void say(Side& side, std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (side.said.size() + i) % 26);
    side.said += text.substr(0, side.peer.say(text));
  }

  std::string_view script_;
  Side sides_[2];
  session::Channel client_;
  net::Stream other_;
  session::Relay relay_;
  session::Relay::End end_ = session::Relay::End::done;
  bool stopped_ = false;
  bool over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 600;
  net::Loop loop;
  Play play(loop, {reinterpret_cast<const char*>(data), std::min(size, longest)});
  net::spawn(loop, play.run(), fuzz::broken);
  net::spawn(loop, fuzz::turns(loop, [&] { return play.turn(); }), fuzz::broken);
  loop.run();
  play.check();
  return 0;
}
