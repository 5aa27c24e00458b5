// Sinks for programs, and what all sinks share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "log/forms.hpp"
#include "log/sink.hpp"
#include "os/fd.hpp"

inline namespace ehlock {
namespace log {

// JSON objects, one a line (json_line), to `file`; to descriptor 2 when that is empty.
[[nodiscard]] std::unique_ptr<Sink> json_sink(std::string program, os::UniqueFd file = {});

// Datagrams of systemd's native protocol with all fields, so that `journalctl EHLOCK_CLIENT=192.0.2.1` finds a client.
// Opened now; what journald does not take goes to descriptor 2 as a line.
[[nodiscard]] base::Result<std::unique_ptr<Sink>> journald_sink(
    std::string program, const std::string& path = "/run/systemd/journal/socket");

// This process, now.
[[nodiscard]] Writer writer(std::string_view program, std::string_view host);
// Asked before the jail.
[[nodiscard]] std::string host_name();
// "warning: 12 log lines were lost".
[[nodiscard]] std::string text_of_loss(std::uint64_t lines);

}  // namespace log
}  // namespace ehlock
