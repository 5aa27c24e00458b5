// A session counts as long as its frame lives; the last one of a worker that accepts no more ends it.
#pragma once

#include "apps/ehlock/serve/service.hpp"

namespace app {

class Counted {
 public:
  Counted(Service& service, const WorkerListener& entrance) : service_(service) {
    service_.spec.board->tallies.add({"connections", entrance.name});
    ++service_.active;  // behind what may fail for want of memory
    ++service_.spec.board->places.at(service_.spec.place).active;
  }
  ~Counted() {
    --service_.active;
    --service_.spec.board->places.at(service_.spec.place).active;
    if (service_.active == 0 && !service_.accepting) service_.loop.stop();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Service& service_;
};

}  // namespace app
