// spawn, keep, Aside: start a task of its own, by how long it is to live. What a coroutine lets go is caught here, and
// only here; what OpenSSL calls lets nothing go (tls/shielded.hpp).
#pragma once

#include <coroutine>
#include <functional>
#include <string_view>

#include "net/loop.hpp"

namespace net {

// Told the text of an exception that ended a task: a bug or a lack of memory.
using Failed = std::function<void(std::string_view)>;

// Starts `task` (whose arguments are values: nobody's frame outlives it): at once where the loop runs, up to its first
// wait, otherwise as soon as it does. A task that loses its client ends quietly by
// net::Disconnected; any other exception is told to `failed`.
void spawn(Loop& loop, Task<void> task, Failed failed);

// The same for what is to run as long as the process does (what `begin` binds outlives the loop): a task that ended by
// an exception is begun again, a moment later. Where even that finds no memory, or it fails again and again, the
// process ends.
void keep(Loop& loop, std::function<Task<void>()> begin, Failed failed);

// A task beside its owner's, which outlives neither this object nor what is declared before it: whichever way the owner
// goes, the task is gone then, wherever it stands.
class Aside {
 public:
  Aside() = default;
  ~Aside() { end(); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  // As spawn(); once at a time. The task does not destroy this object.
  void begin(Loop& loop, Task<void> task, Failed failed);
  void end();

 private:
  friend class Root;
  std::coroutine_handle<> root_;  // while it runs
};

}  // namespace net
