// bench_load: clients for ./dev bench, on 127.0.0.1 only. First some sessions to warm up (with --hold: the held ones),
// then "ready" on standard output; a line on standard input starts the load (or ends the holding); one JSON line tells
// the outcome. `bench_load auth` and `bench_load screen` are helpers of peers.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "load_auth.hpp"
#include "load_loop.hpp"
#include "load_screen.hpp"

namespace {

constexpr std::size_t least_warm_up = 8;

int complain(std::string_view text) {
  fmt::print(stderr, "bench_load: {}\n", text);
  return EXIT_FAILURE;
}

float percentile(std::vector<float>& values, std::size_t percent) {
  if (values.empty()) return 0;
  const std::size_t at = std::min(values.size() - 1, values.size() * percent / 100);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

std::string quoted(std::string_view text) {
  std::string clean;
  for (const char octet : text) clean += octet < ' ' || octet == '"' || octet == '\\' ? '.' : octet;
  return fmt::format("\"{}\"", clean);
}

void report(load::Tally tally) {
  const float half = percentile(tally.latencies, 50);
  const float most = percentile(tally.latencies, 99);
  fmt::print(
      "{{\"done\": {}, \"failed\": {}, \"resumed\": {}, \"seconds\": {:.4f}, \"p50_ms\": {:.2f}, \"p99_ms\": {:.2f}, ",
      tally.done, tally.failed, tally.resumed, tally.seconds, half, most);
  fmt::print("\"reason\": {}}}\n", quoted(tally.reason));
}

void await_line() {
  fmt::print("ready\n");
  std::fflush(stdout);
  for (int octet = std::getchar(); octet != '\n' && octet != EOF;) octet = std::getchar();
}

int run(const load::Options& options) {
  auto tls = load::TlsClient::make(options);
  if (!tls) return complain(tls.error().text);
  const load::Script script = load::make_script(options);
  load::Load load(options, script, **tls);
  const std::size_t warm_up = std::min(options.sessions, std::max(options.parallel, least_warm_up));
  auto tally = load.run(options.hold ? options.sessions : warm_up);
  if (!tally) return complain(tally.error().text);
  if (tally->failed > 0) return complain(tally->reason);
  await_line();
  if (options.hold)
    tally->failed = load.release();
  else
    tally = load.run(options.sessions);
  if (!tally) return complain(tally.error().text);
  report(std::move(*tally));
  return EXIT_SUCCESS;
}

void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int count, char** words) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  allow_many_descriptors();
  std::span<char*> rest(words + 1, static_cast<std::size_t>(count - 1));
  const std::string_view helper = rest.empty() ? "" : rest.front();
  const bool helps = helper == "auth" || helper == "screen";
  const auto options = load::parse(helps ? rest.subspan(1) : rest);
  if (!options) return complain(options.error().text);
  if (helper == "screen") return load::play_screen(*options);
  return helps ? load::answer_auth(*options) : run(*options);
}
