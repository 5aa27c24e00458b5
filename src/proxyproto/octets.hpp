// Inside of the room: numbers in network order. Readers take a position the caller has checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace proxyproto {

[[nodiscard]] inline std::uint8_t octet_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

[[nodiscard]] inline std::uint16_t number16_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(octet_at(bytes, at) << 8 | octet_at(bytes, at + 1));
}

[[nodiscard]] inline std::uint32_t number32_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(number16_at(bytes, at)) << 16 | number16_at(bytes, at + 2);
}

inline void put_octet(std::string& bytes, std::uint8_t value) {
  bytes.push_back(static_cast<char>(value));
}

inline void put_number16(std::string& bytes, std::uint16_t value) {
  put_octet(bytes, static_cast<std::uint8_t>(value >> 8));
  put_octet(bytes, static_cast<std::uint8_t>(value));
}

inline void put_number32(std::string& bytes, std::uint32_t value) {
  put_number16(bytes, static_cast<std::uint16_t>(value >> 16));
  put_number16(bytes, static_cast<std::uint16_t>(value));
}

inline void set_number16(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value);
}

inline void set_number32(std::string& bytes, std::size_t at, std::uint32_t value) {
  set_number16(bytes, at, static_cast<std::uint16_t>(value >> 16));
  set_number16(bytes, at + 2, static_cast<std::uint16_t>(value));
}

}  // namespace proxyproto
