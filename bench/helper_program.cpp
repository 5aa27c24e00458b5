// The program behind tlswrapper-smtp in the benchmark: answers each line of SMTP as shortly as may be, and costs nearly
// nothing itself. No message is ever sent to it.
#include <unistd.h>

#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace {

void say(std::string_view words) {
  if (::write(STDOUT_FILENO, words.data(), words.size()) < 0) ::_exit(1);
}

// False: that was the last.
bool answer(std::string_view line) {
  const int verb = std::toupper(static_cast<unsigned char>(line.front()));
  if (verb == 'E') say("250-bench\r\n250 8BITMIME\r\n");
  if (verb == 'Q') say("221 bye\r\n");
  if (verb != 'E' && verb != 'Q') say("250 ok\r\n");
  return verb != 'Q';
}

}  // namespace

int main() {
  say("220 bench ESMTP\r\n");
  std::string heard;
  std::array<char, 1024> block{};
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got <= 0) return 0;
    heard.append(block.data(), static_cast<std::size_t>(got));
    for (auto end = heard.find('\n'); end != std::string::npos; end = heard.find('\n')) {
      if (!answer(heard)) return 0;
      heard.erase(0, end + 1);
    }
  }
}
