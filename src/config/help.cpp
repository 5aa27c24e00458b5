#include "config/help.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "config/serve_options.hpp"

namespace config {
namespace {

struct Command {
  std::string_view name;
  std::string_view argument;  // before the options, with a blank behind
  std::string_view what;
};

constexpr std::array<Command, 13> commands{
    {{"serve", "", "put TLS in front of an SMTP server"},
     {"check", "", "read the configuration of serve, say what is wrong with it or what holds"},
     {"sink", "", "an SMTP server that stores each message as a file, for tests"},
     {"send", "", "send one message through STARTTLS, show the conversation and what TLS found"},
     {"probe", "HOST:PORT ", "look at a mail server as a client sees it: TLS, certificates, versions"},
     {"status", "", "what a running service does; exit 0 well, 1 soon not, 2 not, 3 no answer"},
     {"top", "", "the same as status, again and again; q and Return end it"},
     {"sessions", "", "who is connected"},
     {"kill", "ID ", "end a session"},
     {"trace", "", "have the log tell the dialogs of some clients for a while"},
     {"reload", "", "have the service read its configuration again"},
     {"drain", "", "have the service end when its sessions have"},
     {"run", "", "show all of it on this machine, without configuration"}}};

constexpr std::size_t column = 32;
constexpr std::size_t width = 108;

std::string flag_text(const Shape& shape) {
  if (shape.flag.empty()) return "-- " + shape.argument;
  const std::string value = shape.words.empty() ? shape.argument : fmt::format("{}", fmt::join(shape.words, "|"));
  return value.empty() ? "--" + shape.flag : fmt::format("--{} {}", shape.flag, value);
}

std::string default_text(const Shape& shape) {
  if (shape.kind == Kind::toggle) return "";
  const std::string& text = shape.standard.empty() ? shape.unset : shape.standard;
  return text.empty() ? "" : fmt::format(" [{}]", text);
}

// `text` in lines up to `width`, which all but the first begin at `column`.
std::string wrapped(std::string_view text) {
  const std::string margin = "\n" + std::string(column, ' ');
  std::string result;
  std::size_t used = 0;
  for (const std::string_view word : base::split(text, ' ')) {
    if (used > 0 && column + used + 1 + word.size() > width) {
      result += margin;
      used = 0;
    }
    if (used > 0) result += ' ';
    result += word;
    used += word.size() + 1;
  }
  return result;
}

std::string line(const Shape& shape) {
  const std::string flag = "  " + flag_text(shape);
  const std::string gap =
      flag.size() + 1 < column ? std::string(column - flag.size(), ' ') : "\n" + std::string(column, ' ');
  return flag + gap + wrapped(shape.help + default_text(shape)) + '\n';
}

}  // namespace

std::string options_text(const std::vector<Shape>& shapes) {
  std::string text;
  std::string group;
  for (const Shape& shape : shapes) {
    if (shape.group != group) text += fmt::format("\n{}:\n", shape.group);
    group = shape.group;
    text += line(shape);
  }
  return text;
}

std::string serve_help() {
  return "Usage: ehlock serve [OPTION...]\n"
         "       ehlock serve [OPTION...] -- PROGRAM [ARGUMENT...]\n"
         "       ehlock check [--probe] (the same); --probe: ask the backend and judge the certificates too\n"
         "\n"
         "TLS in front of an SMTP server. Lists are given by repetition or with commas. Each option is also a key of\n"
         "the file (--timeout-data is timeout.data, see ehlock.toml(5)) and a variable (EHLOCK_TIMEOUT_DATA). The\n"
         "command line wins over variables, these over conf.d, that over the file. Times: 30s, 5m, 1h; sizes: "
         "64KiB.\n" +
         options_text(shapes_of(serve_options()));
}

std::string tool_help(std::string_view command, const std::vector<Shape>& shapes) {
  const Command& one =
      *std::find_if(commands.begin(), commands.end(), [&](const Command& each) { return each.name == command; });
  return fmt::format("Usage: ehlock {} {}[OPTION...]\n\n{}{}.\n\n{}", command, one.argument,
                     static_cast<char>(std::toupper(one.what.front())), one.what.substr(1), options_text(shapes));
}

std::string program_help() {
  std::string text = "Usage: ehlock COMMAND [OPTION...]\n\n";
  for (const Command& one : commands) text += fmt::format("  {:<9}  {}\n", one.name, one.what);
  return text +
         "\n"
         "  ehlock COMMAND --help    the options of a command\n"
         "  ehlock --version\n"
         "\n"
         "Manual pages: ehlock(8), ehlock.toml(5), ehlock-status(1), ehlock-top(1).\n";
}

}  // namespace config
