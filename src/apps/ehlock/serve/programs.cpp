#include "apps/ehlock/serve/programs.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace app {
namespace {

constexpr std::chrono::seconds until_term{5};
constexpr std::chrono::seconds until_kill{10};
constexpr std::size_t longest_line = 1000;

// Names a program may get from a worker: UCSPI's and mod_ssl's.
bool allowed_name(std::string_view variable) {
  const std::string_view name = variable.substr(0, variable.find('='));
  return name == "PROTO" || name == "LOG_ID" || name.starts_with("TCPREMOTE") || name.starts_with("TCPLOCAL") ||
         name.starts_with("SSL_");
}

}  // namespace

void Programs::add(ProgramKey key, pid_t pid, std::string log_id, os::UniqueFd error_output) {
  Program program;
  program.pid = pid;
  program.log_id = std::move(log_id);
  (void)os::make_non_blocking(error_output.get());
  program.error_output = std::move(error_output);
  programs_.emplace(key, std::move(program));
}

void Programs::release(ProgramKey key) {
  const auto found = programs_.find(key);
  if (found != programs_.end()) found->second.released = Clock::now();
}

void Programs::signal(Program& program, int number) {
  if (program.told == number) return;
  program.told = number;
  ::kill(-program.pid, number);  // start_program gave it a session, and so a process group, of its own
}

void Programs::end_the_released() {
  const auto now = Clock::now();
  for (auto& [key, program] : programs_) {
    if (program.released == Clock::time_point::max()) continue;
    if (now - program.released > until_kill) {
      signal(program, SIGKILL);
    } else if (now - program.released > until_term) {
      signal(program, SIGTERM);
    }
  }
}

void Programs::on_end(const os::Ended& ended) {
  const auto found = std::find_if(programs_.begin(), programs_.end(),
                                  [&](const auto& entry) { return entry.second.pid == ended.pid; });
  if (found == programs_.end()) return;
  Program& program = found->second;
  read_error_output(program);
  log_lines(program, true);
  const auto severity = ended.status == 0 ? log::Severity::info : log::Severity::warning;
  sink_.write(severity, fmt::format("{}: program ended: {}", program.log_id, os::text_of_status(ended.status)));
  programs_.erase(found);
}

std::vector<int> Programs::error_outputs() const {
  std::vector<int> fds;
  for (const auto& [key, program] : programs_) {
    if (program.error_output) fds.push_back(program.error_output.get());
  }
  return fds;
}

void Programs::read_error_outputs() {
  for (auto& [key, program] : programs_) {
    if (program.error_output) read_error_output(program);
  }
}

void Programs::read_error_output(Program& program) {
  std::array<char, 512> bytes{};
  const ssize_t received = ::read(program.error_output.get(), bytes.data(), bytes.size());
  if (received < 0) return;
  if (received == 0) {
    program.error_output.reset();
    return;
  }
  std::string_view text(bytes.data(), static_cast<std::size_t>(received));
  while (!text.empty()) {
    const auto piece = text.substr(0, std::max<std::size_t>(program.unfinished_line.room(), 1));
    (void)program.unfinished_line.append(piece);
    text.remove_prefix(piece.size());
    log_lines(program, program.unfinished_line.full());
  }
}

void Programs::log_lines(Program& program, bool at_end) {
  for (;;) {
    const std::string_view text = program.unfinished_line.view();
    const auto end = text.find('\n');
    if (text.empty() || (end == std::string_view::npos && !at_end)) return;
    const std::string_view line = text.substr(0, end);
    sink_.write(log::Severity::warning,
                fmt::format("{}: program: {}", program.log_id, base::escaped(line, longest_line)));
    program.unfinished_line.consume(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::vector<std::string> environment_of_program(const std::vector<std::string>& asked) {
  std::vector<std::string> environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(environment), allowed_name);
  return environment;
}

std::string log_id_in(const std::vector<std::string>& environment) {
  constexpr std::string_view name = "LOG_ID=";
  for (const auto& variable : environment) {
    if (variable.starts_with(name)) return base::escaped(std::string_view(variable).substr(name.size()), 32);
  }
  return "-";
}

}  // namespace app
