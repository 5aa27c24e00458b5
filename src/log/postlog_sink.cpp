#include "log/postlog_sink.hpp"

#include <unistd.h>

#include <utility>

#include "log/datagram.hpp"

inline namespace ehlock {
namespace log {
namespace {

constexpr std::size_t longest_datagram = 2000;

class PostlogSink : public Sink {
 public:
  PostlogSink(std::string program, std::string host, DatagramSocket socket)
      : program_(std::move(program)), host_(std::move(host)), socket_(std::move(socket)) {}

  void write(Severity /*severity*/, std::string_view line) override {
    std::string datagram = fmt::format("{} {} {}[{}]: {}", short_timestamp(), host_, program_, ::getpid(), line);
    if (datagram.size() > longest_datagram) datagram.resize(longest_datagram);
    if (!socket_.send(datagram)) write_to_stderr(program_, line);
  }

 private:
  std::string program_;
  std::string host_;
  DatagramSocket socket_;
};

}  // namespace

base::Result<std::unique_ptr<Sink>> postlog_sink(std::string program, std::string host, const std::string& path) {
  auto socket = DatagramSocket::open(path);
  if (!socket) return tl::unexpected(socket.error());
  return std::make_unique<PostlogSink>(std::move(program), std::move(host), std::move(*socket));
}

}  // namespace log
}  // namespace ehlock
