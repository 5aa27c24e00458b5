// LineSplitter, see line.hpp. A line is judged octet by octet in the order of the wire, so that the result does not
// depend on how the stream was cut.

#include "smtp/line.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace smtp {
namespace {

// Where the first bare CR, bare LF or NUL stands in `text`; npos where there is none. A CR at the end of `text` is not
// judged: what follows it is not known.
std::size_t first_bare(std::string_view text) {
  constexpr std::string_view suspicious("\r\n\0", 3);
  for (std::size_t at = base::find_any(text, suspicious); at != std::string_view::npos;
       at = base::find_any(text, suspicious, at + 1)) {
    if (text[at] != '\r') return at;
    if (at + 1 < text.size()) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<Line> LineSplitter::next(base::Buffer& unread) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, unread.size()));
  unread.consume(skipped);
  skip_ -= skipped;
  if (skip_ > 0 || (swallowing_ && !resynchronise(unread))) return std::nullopt;

  const std::string_view view = unread.view();
  const std::string_view window = view.substr(0, limit_for(view));
  const std::size_t end = window.find("\r\n");
  if (policy_ == BareNewline::reject) {
    // With the CR of the newline, which shows that a CR before it is bare.
    const std::size_t bare = first_bare(window.substr(0, end == std::string_view::npos ? end : end + 1));
    if (bare != std::string_view::npos) {
      swallowing_ = true;
      return Line{Line::Kind::bare_newline, {}, bare + 1};
    }
  }
  if (end != std::string_view::npos) return Line{Line::Kind::complete, window.substr(0, end), end + 2};
  if (view.size() < limit_for(view)) return std::nullopt;
  swallowing_ = true;
  // A CR at the edge may be half of the CRLF that ends the line.
  return Line{Line::Kind::too_long, {}, window.size() - (window.back() == '\r' ? 1 : 0)};
}

// Discards the rest of a line that was told to be at fault; false while its end has not come.
bool LineSplitter::resynchronise(base::Buffer& unread) {
  const std::string_view view = unread.view();
  const std::size_t end = view.find("\r\n");
  if (end == std::string_view::npos) {
    const bool half_newline = !view.empty() && view.back() == '\r';
    unread.consume(view.size() - (half_newline ? 1 : 0));
    return false;
  }
  unread.consume(end + 2);
  swallowing_ = false;
  return true;
}

std::size_t LineSplitter::limit_for(std::string_view unread) const {
  const bool auth_command = base::istarts_with(unread, "AUTH ");
  return auth_exchange_ || auth_command ? std::max(limit_, auth_limit_) : limit_;
}

}  // namespace smtp
