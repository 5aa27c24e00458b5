// Attribute lists as Postfix processes send them to each other: name NUL value NUL ... and an empty name at the end.
// Promises: a list is read in any chunking to the same values, within limits; nothing behind its end is taken. Refuses
// nested lists, which no service this project speaks to uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postfix {

inline constexpr std::size_t list_limit = 65536;     // octets of one list; the longest known have under 2,000
inline constexpr std::size_t attribute_limit = 512;  // attributes of one list

struct Attribute {
  std::string name;
  std::string value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

using Attributes = std::vector<Attribute>;

// The value of the first attribute of that name, or nothing. The pointer lives as long as the list.
[[nodiscard]] const std::string* find(const Attributes& list, std::string_view name);

// Postfix writes an int as its unsigned 32-bit pattern: "4294967295" is -1. Nothing for anything but 1..10 digits in
// range.
[[nodiscard]] std::optional<std::int32_t> int_of(std::string_view value);
[[nodiscard]] std::string int_text(std::int32_t value);

// The list as octets, with its end mark. A value that holds a NUL is sent empty, never cut. Names are the program's
// own.
[[nodiscard]] std::string encode(const Attributes& list);

class ListReader {
 public:
  // fault: over a limit, or a nested list; fault() says which.
  enum class State { need_more, done, fault };

  // Takes octets up to the end mark of the list and returns how many; takes none unless need_more.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::string_view fault() const { return fault_; }
  // When done: the list. Leaves the reader ready for the next one.
  [[nodiscard]] Attributes take();

 private:
  void end_string();
  void fail(std::string_view why);

  State state_ = State::need_more;
  std::string_view fault_;
  std::size_t taken_ = 0;
  bool in_value_ = false;
  std::string string_;
  std::string name_;
  Attributes list_;
};

}  // namespace postfix
