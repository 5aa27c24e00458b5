// Drain: the end of a worker's service: idle clients are woken and told 421; the others are told at their next idle
// moment.
#pragma once

#include <functional>
#include <list>
#include <set>

#include "net/stream.hpp"

namespace session {

class Drain {
 public:
  [[nodiscard]] bool begun() const { return begun_; }

  // Wakes everyone who waits for a client's next command, and calls everyone who watches.
  void begin();

  // While it lives, `stream` is one a client's next command is awaited on.
  class Idle {
   public:
    Idle(Drain& drain, net::Stream& stream);
    ~Idle();
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;

   private:
    Drain& drain_;
    std::list<net::Stream*>::iterator place_;
  };

  // While it lives, `told` is called when the drain begins; at once if it has.
  class Watch {
   public:
    Watch(Drain& drain, std::function<void()> told);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class Drain;
    Drain& drain_;
    std::function<void()> told_;
  };

 private:
  bool begun_ = false;
  std::list<net::Stream*> idle_;
  std::set<const Watch*> watches_;
};

}  // namespace session
