// Just enough of HTTP/1.1 (RFC 9112) to answer a GET of a monitoring system. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace http {

// Octets of a request's head; bodies are not read.
inline constexpr std::size_t longest_head = 4096;

enum class Reading { more, whole, malformed };

struct Request {
  Reading state = Reading::more;
  std::string method;  // "GET"
  std::string path;    // "/metrics", without the query
};

// What has arrived so far. `more` only while it is shorter than longest_head.
[[nodiscard]] Request read_request(std::string_view bytes);

// A whole response that ends the connection. `with_body` is false for HEAD.
[[nodiscard]] std::string response(std::string_view status, std::string_view type, std::string_view body,
                                   bool with_body);

}  // namespace http
