// What the tests of the jail and of its filter share: children that enter it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "os/jail.hpp"
#include "os/test_support.hpp"

// There only in programs built with the address sanitizer.
extern "C" [[gnu::weak]] void __asan_init();

namespace os {

inline bool is_sanitized() {
  return __asan_init != nullptr;
}

inline constexpr uid_t test_uid = 1879048999;
inline constexpr std::string_view killed = "killed by signal 31 (Bad system call)";

inline User test_user() {
  return {"test", test_uid, test_uid, {test_uid}};
}

inline JailSpec spec_of(Role role, const TemporaryDirectory& root) {
  JailSpec spec;
  spec.role = role;
  spec.root = root.path();
  spec.user = test_user();
  return spec;
}

// How a child ends that runs the action in the jail; 99 when it could not enter.
inline std::string end_in_jail(const JailSpec& spec, const std::function<int()>& action) {
  return end_of([&] { return enter_jail(spec) ? action() : 99; });
}

inline std::string end_as(Role role, const std::function<int()>& action) {
  const TemporaryDirectory root;
  return end_in_jail(spec_of(role, root), action);
}

}  // namespace os
