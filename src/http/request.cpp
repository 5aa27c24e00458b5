#include "http/request.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace http {
namespace {

Request malformed() {
  return {Reading::malformed, {}, {}};
}

bool is_visible(char c) {
  return c > ' ' && c <= '~';
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// "GET /metrics?x HTTP/1.1"
Request request_line(std::string_view line) {
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end) return malformed();
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  const bool fits = !method.empty() && std::all_of(method.begin(), method.end(), is_upper) && target.starts_with('/') &&
                    std::all_of(target.begin(), target.end(), is_visible) &&
                    (version == "HTTP/1.1" || version == "HTTP/1.0");
  if (!fits) return malformed();
  return {Reading::whole, std::string(method), std::string(target.substr(0, target.find('?')))};
}

}  // namespace

Request read_request(std::string_view bytes) {
  const auto end = bytes.substr(0, longest_head).find("\r\n\r\n");
  if (end != std::string_view::npos) return request_line(bytes.substr(0, bytes.find("\r\n")));
  if (bytes.size() >= longest_head) return malformed();
  return {};
}

std::string response(std::string_view status, std::string_view type, std::string_view body, bool with_body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}",
      status, type, body.size(), with_body ? body : "");
}

}  // namespace http
