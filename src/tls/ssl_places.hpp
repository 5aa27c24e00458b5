// Where OpenSSL's SSL objects lie: each in a place of two pages. Of the 7.6 KB of an SSL four fifths are zeros (records
// for 32 pipelines that nobody uses), so that an idle connection packs what it holds and gives its pages back.
#pragma once

#include "base/secret.hpp"

namespace tls {

// Before the first use of OpenSSL in a process of one thread; for all its SSLs and those of its children. Where it is
// too late for that, or there is no address space, SSLs lie where malloc(3) puts them, and nothing is ever packed.
void give_ssls_places();

// One object in such a place, as it is or packed. Packed, it must not be touched; whoever has pointers to it may.
class Packed {
 public:
  // Packs the object, which stays where it is; nothing happens to one that has no such place.
  void pack(void* object);
  // Makes it what it was; nothing happens if it is not packed.
  void unpack();
  [[nodiscard]] explicit operator bool() const { return object_ != nullptr; }

 private:
  void* object_ = nullptr;
  base::Secret content_;  // which words are not zero, and those words; keys are among them
};

}  // namespace tls
