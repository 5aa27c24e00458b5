#include "log/program_sinks.hpp"

#include <unistd.h>

#include <array>
#include <utility>

#include <fmt/format.h>

#include "log/datagram.hpp"
#include "log/outlet.hpp"

inline namespace ehlock {
namespace log {
namespace {

class JsonSink : public Sink {
 public:
  JsonSink(std::string program, os::UniqueFd file)
      : program_(std::move(program)), outlet_(file ? Outlet(std::move(file)) : Outlet()) {}

  void write(Severity severity, std::string_view line) override { record({severity, "", "", line, {}}); }

  void record(const Record& record) override {
    if (const auto lost = outlet_.take_lost(); lost > 0) {
      outlet_.write(json_line(writer(program_, ""), {Severity::warning, "", "", text_of_loss(lost), {}}));
    }
    outlet_.write(json_line(writer(program_, ""), record));
  }
  [[nodiscard]] bool takes_facts() const override { return true; }

  void turn_to(os::UniqueFd file) override { outlet_.turn_to(std::move(file)); }

 private:
  std::string program_;
  Outlet outlet_;
};

class JournaldSink : public Sink {
 public:
  JournaldSink(std::string program, DatagramSocket socket) : program_(std::move(program)), socket_(std::move(socket)) {}

  void write(Severity severity, std::string_view line) override { record({severity, "", "", line, {}}); }

  void record(const Record& record) override {
    if (!socket_.send(journald_datagram(writer(program_, ""), record))) write_to_stderr(program_, line_of(record));
  }
  [[nodiscard]] bool takes_facts() const override { return true; }

 private:
  std::string program_;
  DatagramSocket socket_;
};

}  // namespace

std::unique_ptr<Sink> json_sink(std::string program, os::UniqueFd file) {
  return std::make_unique<JsonSink>(std::move(program), std::move(file));
}

base::Result<std::unique_ptr<Sink>> journald_sink(std::string program, const std::string& path) {
  auto socket = DatagramSocket::open(path);
  if (!socket) return tl::unexpected(socket.error());
  return std::make_unique<JournaldSink>(std::move(program), std::move(*socket));
}

Writer writer(std::string_view program, std::string_view host) {
  return {program, host, ::getpid(), std::chrono::system_clock::now()};
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::string text_of_loss(std::uint64_t lines) {
  return fmt::format("warning: {} log lines were lost", lines);
}

}  // namespace log
}  // namespace ehlock
