#include "net/connect.hpp"

#include <cerrno>
#include <optional>
#include <utility>

#include "os/socket.hpp"

namespace net {
namespace {

Task<base::Result<Stream>> connect_one(Loop& loop, const os::SocketAddress& address, Clock::duration limit) {
  auto socket = os::start_connect(address);
  if (!socket) co_return tl::unexpected(socket.error());
  Stream stream(loop, NonBlocking{std::move(*socket)});
  const Ready ready = co_await stream.read_waiter().wait(Direction::write, after(limit));
  if (ready == Ready::yes && !stream.read_waiter().has_hung_up()) co_return stream;
  const int error_number = ready == Ready::yes ? os::pending_error(stream.readable_fd()) : ETIMEDOUT;
  if (error_number != 0) co_return base::fail_errno(address.text(), error_number);
  co_return stream;
}

}  // namespace

Task<base::Result<Stream>> connect(Loop& loop, const std::vector<os::SocketAddress>& addresses, Clock::duration each) {
  std::optional<base::Error> last;
  for (const auto& address : addresses) {
    auto stream = co_await connect_one(loop, address, each);
    if (stream) co_return stream;
    last = std::move(stream.error());
  }
  if (last) co_return tl::unexpected(std::move(*last));
  co_return base::fail("no address to connect to");
}

}  // namespace net
