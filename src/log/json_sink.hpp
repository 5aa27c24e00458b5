// Log lines as JSON objects, one a line: for containers, whose log readers want no free text.
#pragma once

#include <memory>
#include <string>

#include "log/sink.hpp"

inline namespace ehlock {
namespace log {

// {"time":"2026-11-22T10:00:00.123Z","program":"ehlock","pid":7,"severity":"info","session":"3f9a0c11","text":"..."} to
// descriptor 2. "session" is there when the line begins with a session id.
[[nodiscard]] std::unique_ptr<Sink> json_sink(std::string program);

// Pure: `text` as the inside of a JSON string (RFC 8259 §7); octets that are not ASCII become \u00XX.
[[nodiscard]] std::string json_escaped(std::string_view text);

}  // namespace log
}  // namespace ehlock
