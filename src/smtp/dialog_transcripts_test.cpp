// Plays each transcript of smtp/dialogs/ against a Dialog, line by line, and lets every wait of each end in every fault
// that fits it. dialogs/FORMAT describes the language.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/buffer.hpp"
#include "base/text.hpp"
#include "smtp/dialog.hpp"

namespace smtp {
namespace {

struct Options : DialogSettings, DialogStart {};

using Setter = std::function<void(Options&, const std::string&)>;

std::size_t size_of(const std::string& value) {
  return base::number<std::size_t>(value).value_or(0);
}

PolicyStage stage_of(std::string_view name) {
  static const std::map<std::string_view, PolicyStage> stages = {
      {"connect", PolicyStage::connect}, {"helo", PolicyStage::helo}, {"mail", PolicyStage::mail},
      {"rcpt", PolicyStage::rcpt},       {"data", PolicyStage::data}, {"end_of_message", PolicyStage::end_of_message}};
  return stages.at(name);
}

const std::map<std::string, Setter>& options() {
  static const std::map<std::string, Setter> table = {
      {"require_tls", [](auto& to, const auto&) { to.require_tls = true; }},
      {"tls_unavailable", [](auto& to, const auto&) { to.tls_available = false; }},
      {"secured", [](auto& to, const auto&) { to.secured = true; }},
      {"tls",
       [](auto& to, const auto& value) {
         to.tls = {value, "TLS_AES_256_GCM_SHA384", 256, 256};
       }},
      {"auth_before_tls", [](auto& to, const auto&) { to.auth_before_tls = true; }},
      {"no_chunking", [](auto& to, const auto&) { to.chunking = false; }},
      {"pass_bare_newline", [](auto& to, const auto&) { to.bare_newline = BareNewline::pass; }},
      {"discard_injected", [](auto& to, const auto&) { to.injected = InjectedBytes::discard; }},
      {"reconnect", [](auto& to, const auto&) { to.on_starttls = OnStarttls::reconnect; }},
      {"max_line", [](auto& to, const auto& value) { to.max_line = size_of(value); }},
      {"max_commands", [](auto& to, const auto& value) { to.max_commands = size_of(value); }},
      {"max_errors", [](auto& to, const auto& value) { to.max_errors = size_of(value); }},
      {"max_recipients", [](auto& to, const auto& value) { to.max_recipients = size_of(value); }},
      {"policy", [](auto& to, const auto& value) { to.policy_stages.insert(stage_of(value)); }},
      {"trace", [](auto& to, const auto& value) { to.trace_from = value; }},
  };
  return table;
}

// "\r", "\n", "\0", "\\" made octets; "\c" at the end: no CRLF follows.
std::string octets_of(std::string_view text) {
  static const std::map<char, char> escapes = {{'r', '\r'}, {'n', '\n'}, {'0', '\0'}, {'\\', '\\'}, {'t', '\t'}};
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      octets += text[i];
      continue;
    }
    ++i;
    if (text[i] == 'c') return octets;
    octets += escapes.at(text[i]);
  }
  return octets + "\r\n";
}

// "a | b" is two lines.
std::string lines_of(std::string_view text) {
  std::string octets;
  std::size_t begin = 0;
  for (std::size_t bar = text.find(" | "); bar != std::string_view::npos; bar = text.find(" | ", begin)) {
    octets += octets_of(text.substr(begin, bar - begin));
    begin = bar + 3;
  }
  return octets + octets_of(text.substr(begin));
}

std::string name_of_next(Next next) {
  switch (next) {
    case Next::client_line:
      return "client_line";
    case Next::backend_reply:
      return "backend_reply";
    case Next::body:
      return "body";
    case Next::policy:
      return "policy";
    case Next::start_tls:
      return "start_tls";
    case Next::reopen_backend:
      return "reopen_backend";
    case Next::close:
      return "close";
  }
  return "";
}

// What the test is called at each wait: the dialog as it is then.
using Watcher = std::function<void(const Dialog&, Next)>;

class Player {
 public:
  Player(const Options& options, Watcher watcher) : dialog_(options, options), watcher_(std::move(watcher)) {
    perform(dialog_.start());
  }

  void play(std::string_view line) {
    const std::string_view mark = line.substr(0, 2);
    const std::string text(base::trimmed(line.substr(std::min<std::size_t>(line.size(), 2))));
    if (mark == "C<") {
      ASSERT_TRUE(client_.append(lines_of(text)));
      return;
    }
    read_client();
    if (mark == "C>") return expect(heard_by_client_, lines_of(text));
    if (mark == "B>") return expect(heard_by_backend_, lines_of(text));
    if (mark == "B<") return reply(lines_of(text));
    ASSERT_EQ(line.front(), '=') << "no such mark";
    event(std::string(base::trimmed(line.substr(1))));
  }

  void finish() {
    read_client();
    EXPECT_EQ(heard_by_client_, "");
    EXPECT_EQ(heard_by_backend_, "");
  }

 private:
  void perform(const Step& step) {
    heard_by_client_ += step.to_client;
    heard_by_backend_ += step.to_backend;
    next_ = step.next;
    watcher_(dialog_, next_);
  }

  void read_client() {
    while (next_ == Next::client_line || next_ == Next::body) {
      if (next_ == Next::body ? !read_body() : !read_line()) return;
    }
  }

  bool read_line() {
    const auto line = dialog_.lines().next(client_);
    if (!line) return false;
    const Step step = dialog_.on_line(*line, client_.size() - line->size);
    client_.consume(line->size);
    perform(step);
    return true;
  }

  bool read_body() {
    const std::size_t taken = dialog_.scanner().take(client_.view());
    heard_by_backend_ += client_.view().substr(0, taken);
    client_.consume(taken);
    if (dialog_.scanner().state() == BodyScanner::State::more) return false;
    perform(dialog_.on_body());
    return true;
  }

  static void expect(std::string& heard, const std::string& wanted) {
    ASSERT_EQ(heard.substr(0, wanted.size()), wanted) << "heard: " << base::escaped(heard, 2000);
    heard.erase(0, wanted.size());
  }

  void reply(const std::string& wire) {
    ReplyParser parser(65536);
    ASSERT_EQ(parser.feed(wire), wire.size());
    ASSERT_EQ(parser.state(), ReplyParser::State::complete);
    perform(dialog_.on_reply(parser.take()));
  }

  void event(const std::string& text) {
    const std::string word = text.substr(0, text.find(' '));
    const std::string rest = text.size() > word.size() ? text.substr(word.size() + 1) : "";
    if (word == "start_tls") return start_tls(rest);
    if (word == "secured")
      return perform(dialog_.on_tls(TlsResult::secured, {rest, "TLS_AES_128_GCM_SHA256", 128, 128}));
    if (word == "tls_unavailable") return perform(dialog_.on_tls(TlsResult::unavailable, {}));
    if (word == "tls_too_many") return perform(dialog_.on_tls(TlsResult::too_many, {}));
    if (word == "tls_failed") return perform(dialog_.on_tls(TlsResult::failed, {}));
    if (word == "policy") return asked(rest);
    if (word == "pass") return perform(dialog_.on_verdict({Verdict::Action::pass, ""}));
    if (word == "prepend") return perform(dialog_.on_verdict({Verdict::Action::prepend, rest}));
    if (word == "defer") return perform(dialog_.on_verdict({Verdict::Action::defer, rest}));
    if (word == "reject") return perform(dialog_.on_verdict({Verdict::Action::reject, rest}));
    if (word == "reopened") return reopened();
    if (word == "fault") return fault(rest);
    if (word == "waits") return expect_wait(rest);
    if (word == "counts") return expect_counts(rest);
    if (word == "close") return closed(rest);
    FAIL() << "no such event";
  }

  void start_tls(const std::string& rest) {
    ASSERT_EQ(next_, Next::start_tls);
    const std::size_t discarded = client_.clear();
    if (rest.empty()) return;
    EXPECT_EQ(fmt::format("discarded={}", discarded), rest);
  }

  void asked(const std::string& rest) {
    ASSERT_EQ(next_, Next::policy);
    const std::string stage = rest.substr(0, rest.find(' '));
    EXPECT_EQ(dialog_.policy_stage(), stage_of(stage));
    if (rest == stage) return;
    const Envelope& now = dialog_.envelope();
    const std::string told = fmt::format("{} {} {} {}", stage, now.helo, now.sender.value_or("-"), now.recipient);
    EXPECT_EQ(rest == told ? told : fmt::format("{} {}", told, now.octets), rest);
  }

  void reopened() {
    ASSERT_EQ(next_, Next::reopen_backend);
    perform(dialog_.on_reopened());
  }

  void fault(const std::string& name) {
    static const std::map<std::string, Fault> faults = {
        {"client_silent", Fault::client_silent},     {"client_gone", Fault::client_gone},
        {"backend_refused", Fault::backend_refused}, {"backend_silent", Fault::backend_silent},
        {"backend_lost", Fault::backend_lost},       {"backend_babbled", Fault::backend_babbled},
        {"shutting_down", Fault::shutting_down}};
    perform(dialog_.on_fault(faults.at(name)));
  }

  void expect_wait(const std::string& name) { EXPECT_EQ(name_of_next(next_), name); }

  void expect_counts(const std::string& text) { EXPECT_EQ(dialog_.counts(), text); }

  void closed(const std::string& outcome) {
    EXPECT_EQ(next_, Next::close);
    EXPECT_EQ(text_of(dialog_.outcome()), outcome);
    finish();
  }

  Dialog dialog_;
  Watcher watcher_;
  base::Buffer client_{1 << 20};
  std::string heard_by_client_;
  std::string heard_by_backend_;
  Next next_ = Next::close;
};

std::string without_comment(const std::string& line) {
  const std::size_t mark = line.find("  # ");
  const std::string text(base::trimmed(line.front() == '#' ? std::string_view{} : line.substr(0, mark)));
  return text;
}

Options transcript_settings() {
  Options settings;
  settings.name = "front.example";
  settings.trace_id = "S1";
  settings.trace_date = [] { return std::string("Thu, 1 Jan 2026 00:00:00 +0000"); };
  return settings;
}

void play_transcript(const std::filesystem::path& file, const Watcher& watcher) {
  std::ifstream in(file);
  Options settings = transcript_settings();
  std::unique_ptr<Player> player;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || without_comment(line).empty()) continue;
    const std::string text = without_comment(line);
    SCOPED_TRACE(fmt::format("{}:{}: {}", file.filename().string(), number, text));
    if (text.starts_with("option ")) {
      const std::string option = text.substr(7);
      const std::size_t space = option.find(' ');
      const std::string value = space == std::string::npos ? "" : option.substr(space + 1);
      options().at(option.substr(0, space))(settings, value);
      continue;
    }
    if (!player) player = std::make_unique<Player>(settings, watcher);
    player->play(text);
    if (testing::Test::HasFatalFailure()) return;
  }
  ASSERT_TRUE(player) << "an empty transcript";
  player->finish();
}

// In the source tree, which EHLOCK_SOURCE names; by hand, where this file was compiled.
std::filesystem::path dialogs() {
  const char* source = std::getenv("EHLOCK_SOURCE");
  const auto here = std::filesystem::path(__FILE__).parent_path();
  return (source != nullptr ? std::filesystem::path(source) / "src/smtp" : here) / "dialogs";
}

std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dialogs())) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Transcript : public testing::TestWithParam<std::string> {};

TEST_P(Transcript, plays) {
  play_transcript(dialogs() / (GetParam() + ".txt"), [](const Dialog&, Next) {});
}

// The faults that a performer can report while it waits for each thing, and how the session must end then.
const std::map<Next, std::vector<std::pair<Fault, Outcome>>>& fitting_faults() {
  static const std::map<Next, std::vector<std::pair<Fault, Outcome>>> table = {
      {Next::client_line,
       {{Fault::client_silent, Outcome::client_silent},
        {Fault::client_gone, Outcome::client_gone},
        {Fault::backend_lost, Outcome::backend_lost},
        {Fault::backend_babbled, Outcome::backend_babbled}}},
      {Next::backend_reply,
       {{Fault::client_gone, Outcome::client_gone},
        {Fault::backend_refused, Outcome::backend_refused},
        {Fault::backend_silent, Outcome::backend_silent},
        {Fault::backend_lost, Outcome::backend_lost},
        {Fault::backend_babbled, Outcome::backend_babbled}}},
      {Next::body,
       {{Fault::client_silent, Outcome::client_silent},
        {Fault::client_gone, Outcome::client_gone},
        {Fault::backend_silent, Outcome::backend_silent},
        {Fault::backend_lost, Outcome::backend_lost},
        {Fault::backend_babbled, Outcome::backend_babbled}}},
      {Next::policy, {{Fault::client_gone, Outcome::client_gone}, {Fault::backend_lost, Outcome::backend_lost}}},
      {Next::start_tls, {{Fault::client_gone, Outcome::client_gone}, {Fault::client_silent, Outcome::client_silent}}},
      {Next::reopen_backend,
       {{Fault::client_gone, Outcome::client_gone},
        {Fault::backend_refused, Outcome::backend_refused},
        {Fault::backend_silent, Outcome::backend_silent}}},
      {Next::close, {}}};
  return table;
}

void expect_last_words(const Step& step, Next wait, Fault fault) {
  const bool nobody_there = fault == Fault::client_gone || wait == Next::start_tls;
  EXPECT_EQ(step.to_backend, "") << "nothing may complete what the client did not";
  if (nobody_there) {
    EXPECT_EQ(step.to_client, "");
    return;
  }
  EXPECT_TRUE(step.to_client.starts_with("421 4.") || step.to_client.starts_with("451 4.")) << step.to_client;
  EXPECT_TRUE(step.to_client.ends_with("\r\n"));
}

void fail_each_way(const Dialog& dialog, Next wait) {
  for (const auto& [fault, outcome] : fitting_faults().at(wait)) {
    Dialog copy = dialog;
    const Step step = copy.on_fault(fault);
    EXPECT_EQ(step.next, Next::close);
    const bool closed_after_refusal = fault == Fault::backend_lost && copy.outcome() == Outcome::backend_closed;
    EXPECT_TRUE(closed_after_refusal || copy.outcome() == outcome) << text_of(copy.outcome());
    expect_last_words(step, wait, fault);
  }
}

TEST_P(Transcript, ends_well_when_any_step_fails) {
  play_transcript(dialogs() / (GetParam() + ".txt"), fail_each_way);
}

void shut_down(const Dialog& dialog, Next wait) {
  if (wait == Next::close) return;
  Dialog copy = dialog;
  const bool idle = copy.idle();
  const Step step = copy.on_fault(Fault::shutting_down);
  EXPECT_EQ(step.to_backend, "");
  if (step.next == Next::close) {
    EXPECT_EQ(copy.outcome(), Outcome::shutting_down);
    const std::string_view words = wait == Next::start_tls ? "" : "421 4.3.2 front.example ";
    EXPECT_TRUE(step.to_client.starts_with(words)) << step.to_client;
    return;
  }
  EXPECT_FALSE(idle);
  EXPECT_EQ(step.next, wait) << "the same wait goes on";
  EXPECT_EQ(step.to_client, "");
}

TEST_P(Transcript, gives_way_to_a_shutdown_or_goes_on) {
  play_transcript(dialogs() / (GetParam() + ".txt"), shut_down);
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  return info.param;
}
INSTANTIATE_TEST_SUITE_P(dialogs, Transcript, testing::ValuesIn(transcripts()), test_name);

}  // namespace
}  // namespace smtp
