// Messages between a worker and the launcher: the process outside the jail that starts programs and reaches UNIX
// sockets for the workers (design.md §2). Pure. It can only start the configured program and connect to the configured
// path: requests carry neither.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

enum class LaunchTarget { backend, policy, reputation };

struct LaunchRequest {
  std::uint64_t number = 0;
  LaunchTarget target = LaunchTarget::backend;
  std::vector<std::string> environment;  // "NAME=value", checked by the launcher against its list of names
};

// With one descriptor on success; `fault` says why not.
struct LaunchAnswer {
  std::uint64_t number = 0;
  std::string fault;
};

// The session of that request is over: a program that does not end by itself soon is ended.
struct LaunchRelease {
  std::uint64_t number = 0;
};

// To the resolver: the name of this address, please.
struct NameRequest {
  std::uint64_t number = 0;
  std::string address;  // "192.0.2.1"
};

struct NameAnswer {
  std::uint64_t number = 0;
  std::string verified;
  std::string claimed;
};

[[nodiscard]] std::string encode(const LaunchRequest& request);
[[nodiscard]] std::string encode(const LaunchAnswer& answer);
[[nodiscard]] std::string encode(const LaunchRelease& release);
[[nodiscard]] std::string encode(const NameRequest& request);
[[nodiscard]] std::string encode(const NameAnswer& answer);
[[nodiscard]] std::optional<NameRequest> decode_name_request(std::string_view bytes);
[[nodiscard]] std::optional<NameAnswer> decode_name_answer(std::string_view bytes);
[[nodiscard]] std::optional<LaunchRequest> decode_launch_request(std::string_view bytes);
[[nodiscard]] std::optional<LaunchAnswer> decode_launch_answer(std::string_view bytes);
[[nodiscard]] std::optional<LaunchRelease> decode_launch_release(std::string_view bytes);

}  // namespace session
