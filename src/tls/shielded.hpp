// shielded: a function that OpenSSL calls, made safe for it. What C++ throws for want of memory must not pass through
// the frames of a C library (nor off the stack of a paused handshake): it ends here, as the callback's own failure.
#pragma once

#include <exception>

namespace tls {

template <auto function, auto... failure>
struct Shielded;

template <typename Result, typename... Arguments, Result (*function)(Arguments...), auto... failure>
struct Shielded<function, failure...> {
  // NOLINTNEXTLINE(readability-function-size): as many parameters as OpenSSL's callback has
  static Result call(Arguments... arguments) noexcept {
    try {
      return function(arguments...);
    } catch (const std::exception&) {
      return Result(failure...);
    }
  }
};

// For registering: shielded<on_client_hello, SSL_CLIENT_HELLO_ERROR>. Without `failure` the result is 0, null or void.
template <auto function, auto... failure>
inline constexpr auto shielded = &Shielded<function, failure...>::call;

}  // namespace tls
