// Requests of monitoring systems, whole, in parts and wrong.
#include <gtest/gtest.h>

#include "http/request.hpp"

namespace http {
namespace {

TEST(Request, gives_method_and_path_without_query) {
  const Request request = read_request("GET /metrics?name=x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(request.state, Reading::whole);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/metrics");
}

TEST(Request, is_unfinished_until_the_empty_line) {
  const std::string whole = "HEAD /healthz HTTP/1.0\r\nAccept: */*\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_request(whole.substr(0, size)).state, Reading::more) << size;
  }
  EXPECT_EQ(read_request(whole).state, Reading::whole);
}

TEST(Request, threat_25_an_endless_head_is_refused) {
  EXPECT_EQ(read_request(std::string(longest_head, 'a')).state, Reading::malformed);
  EXPECT_EQ(read_request("GET / HTTP/1.1\r\n" + std::string(longest_head, 'a') + "\r\n\r\n").state, Reading::malformed);
}

TEST(Request, what_is_not_http_is_refused) {
  for (const std::string line : {"", " ", "EHLO x", "GET / HTTP/2", "GET metrics HTTP/1.1", "get / HTTP/1.1",
                                 "GET /a b HTTP/1.1", "GET /\x01 HTTP/1.1"}) {
    EXPECT_EQ(read_request(line + "\r\n\r\n").state, Reading::malformed) << line;
  }
}

TEST(Response, has_a_length_and_for_head_no_body) {
  EXPECT_TRUE(response("200 OK", "text/plain", "ok\n", true).ends_with("\r\n\r\nok\n"));
  const std::string head = response("200 OK", "text/plain", "ok\n", false);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_NE(head.find("Content-Length: 3\r\n"), std::string::npos);
}

}  // namespace
}  // namespace http
