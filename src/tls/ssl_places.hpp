// Where OpenSSL's SSL objects lie: each in a place of four pages, together with what is large and belongs to it alone:
// the contexts of its ciphers, its session, its settings of certificates. Four fifths of all that are zeros (records
// for 32 pipelines that nobody uses, room for the longest keys), so that an idle connection packs what it holds and
// gives its pages back.
#pragma once

#include "base/secret.hpp"

namespace tls {

// Before the first use of OpenSSL in a process of one thread; for all its SSLs and those of its children. Where it is
// too late for that, or there is no address space, SSLs lie where malloc(3) puts them, and nothing is ever packed.
void give_ssls_places();

// While it lives, what OpenSSL allocates for this SSL alone lies beside it, as far as there is room. Around SSL_new()
// (without an SSL: the one that is made) and handshakes; what comes later lies elsewhere, and is not packed.
class Beside {
 public:
  explicit Beside(const void* ssl = nullptr);
  ~Beside();
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  [[nodiscard]] const void* ssl() const { return ssl_; }
  void found(const void* ssl) const { ssl_ = ssl; }

 private:
  mutable const void* ssl_;  // of a constant object too
  const Beside* before_;
};

// An SSL and what lies beside it, as they are or packed. Packed, they must not be touched; whoever has pointers to them
// may keep those.
class Packed {
 public:
  // Packs the SSL, which stays where it is; nothing happens to one that has no such place.
  void pack(void* ssl);
  // Makes it what it was; nothing happens if it is not packed.
  void unpack();
  [[nodiscard]] explicit operator bool() const { return ssl_ != nullptr; }

 private:
  void* ssl_ = nullptr;
  base::Secret content_;  // keys are in it
};

}  // namespace tls
