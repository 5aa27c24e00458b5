// What single values of options look like as text. Errors say what would be right; the caller adds name and value.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "admission/settings.hpp"
#include "base/result.hpp"
#include "os/address.hpp"

namespace config {

// "30s", "5m", "1h": whole numbers with a unit, 1s to 24h.
[[nodiscard]] base::Result<std::chrono::seconds> duration(std::string_view text);

// The same up to 366 days, "35d" too.
[[nodiscard]] base::Result<std::chrono::seconds> long_duration(std::string_view text);

// "200ms", "1s": 1ms to 10s.
[[nodiscard]] base::Result<std::chrono::milliseconds> short_duration(std::string_view text);

// The beginning of names in a store that others use too: printable, at most 64 octets, without blanks and braces.
[[nodiscard]] base::Result<std::string> key_prefix(std::string_view text);

// "30/1m": a number and a time.
[[nodiscard]] base::Result<admission::Rate> rate(std::string_view text);

// true, yes, on, 1 and false, no, off, 0, in any case.
[[nodiscard]] base::Result<bool> toggle(std::string_view text);

// A parser for whole numbers from `least` to `most`.
using CountParser = std::function<base::Result<std::size_t>(std::string_view)>;
[[nodiscard]] CountParser count(std::size_t least, std::size_t most);

// A parser for octets from `least` to `most`: "512", "64KiB" (or 64k), "1MiB" (or 1m).
[[nodiscard]] CountParser size(std::size_t least, std::size_t most);

// Where to listen: HOST:PORT, [IPv6]:PORT, :PORT for all addresses, unix:/PATH.
[[nodiscard]] base::Result<os::Endpoint> listening(std::string_view text);

// Where to connect to: the same, but a host is needed.
[[nodiscard]] base::Result<os::Endpoint> destination(std::string_view text);

// "192.0.2.0/24", "2001:db8::/32", an address, or "unix".
[[nodiscard]] base::Result<os::Network> network(std::string_view text);

// The first line of a greeting: printable ASCII with blanks, at most 200 octets.
[[nodiscard]] base::Result<std::string> banner(std::string_view text);

// A SHA-256 fingerprint, 64 hexadecimal digits with or without colons; as lower-case digits.
[[nodiscard]] base::Result<std::string> fingerprint(std::string_view text);

// Anything that is not empty.
[[nodiscard]] base::Result<std::string> plain(std::string_view text);

// A path that starts at the root.
[[nodiscard]] base::Result<std::string> absolute_path(std::string_view text);

// "unix:/PATH": the path.
[[nodiscard]] base::Result<std::string> socket_path(std::string_view text);

// A host's name or address literal for SMTP replies (RFC 5321 §4.1.2): printable, without spaces, at most 255 octets.
[[nodiscard]] base::Result<std::string> host_name(std::string_view text);

// A mailbox that can stand between < and > of MAIL and RCPT; "<>" is the null sender, which becomes "".
[[nodiscard]] base::Result<std::string> mailbox(std::string_view text);

}  // namespace config
