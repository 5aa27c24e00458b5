#include "tls/ssl_places.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>

#include "os/pages.hpp"
#include "tls/sparse.hpp"

namespace tls {
namespace {

// A place has parts: the SSL takes the first ones, each of the others is for one object.
constexpr std::size_t part_size = sparse_block;
constexpr std::size_t parts = 16;
constexpr std::size_t parts_of_ssl = 8;
constexpr std::size_t place_size = parts * part_size;
static_assert(place_size % os::page_size == 0);

// OpenSSL 3's SSL is larger than this, and next to nothing else is of such a size.
constexpr std::size_t least_ssl = 6144;
constexpr std::size_t most_ssl = parts_of_ssl * part_size;
constexpr std::size_t places = std::size_t{64} * 1024;  // a gigabyte of addresses

using Parts = std::bitset<parts>;

// Whose large objects belong to one connection each, and are known to nobody else: a session is, since none is cached
// here. Nothing that is shared may ever come from these.
constexpr std::array<std::string_view, 3> private_sources{"cipher_aes_gcm.c", "ssl_sess.c", "ssl_cert.c"};

bool belongs_to_connection(std::size_t size, const char* file) {
  if (size <= part_size / 2 || size > part_size || file == nullptr) return false;
  const std::string_view name(file);
  return std::any_of(private_sources.begin(), private_sources.end(),
                     [&](std::string_view source) { return name.ends_with(source); });
}

// Reserved once; those given back are used again first. OpenSSL's allocation functions take no argument of ours.
class Places {
 public:
  [[nodiscard]] bool reserve() {
    begin_ = static_cast<char*>(os::reserve_pages(places * place_size));
    return begin_ != nullptr;
  }

  [[nodiscard]] bool has(const void* object) const {
    const auto* at = static_cast<const char*>(object);
    return begin_ != nullptr && at >= begin_ && at < begin_ + places * place_size;
  }

  // For an SSL; null when there is none left.
  [[nodiscard]] void* take() {
    if (free_ == nullptr && fresh_ == places) return nullptr;
    void* const place = free_ != nullptr ? std::exchange(free_, *static_cast<void**>(free_)) : at(fresh_++, 0);
    for (std::size_t part = 0; part < parts_of_ssl; ++part) used_[number_of(place)].set(part);
    return place;
  }

  // For an object beside an SSL that has a place; null when there is no room.
  [[nodiscard]] void* take_beside(const void* ssl) {
    const std::size_t number = number_of(ssl);
    for (std::size_t part = parts_of_ssl; part < parts; ++part) {
      if (used_[number][part]) continue;
      used_[number].set(part);
      return at(number, part);
    }
    return nullptr;
  }

  // Nothing that may fail: a free place begins with the address of the next one.
  void give_back(const void* object) {
    const std::size_t number = number_of(object);
    const std::size_t first = part_of(object);
    for (std::size_t part = first; part < first + room_of(object) / part_size; ++part) used_[number].reset(part);
    if (used_[number].any()) return;
    void* const place = at(number, 0);
    *static_cast<void**>(place) = std::exchange(free_, place);
  }

  // How large the object may be.
  [[nodiscard]] std::size_t room_of(const void* object) const { return part_of(object) == 0 ? most_ssl : part_size; }

  // What the SSL and the objects beside it take.
  [[nodiscard]] Parts used_by(const void* ssl) const { return used_[number_of(ssl)]; }

 private:
  [[nodiscard]] std::size_t offset_of(const void* object) const {
    return static_cast<std::size_t>(static_cast<const char*>(object) - begin_);
  }
  [[nodiscard]] std::size_t number_of(const void* object) const { return offset_of(object) / place_size; }
  [[nodiscard]] std::size_t part_of(const void* object) const { return offset_of(object) % place_size / part_size; }
  [[nodiscard]] char* at(std::size_t number, std::size_t part) const {
    return begin_ + number * place_size + part * part_size;
  }

  char* begin_ = nullptr;
  std::size_t fresh_ = 0;  // the first that was never used
  void* free_ = nullptr;
  std::array<Parts, places> used_{};
};

Places& all_places() {
  static Places places_of_process;
  return places_of_process;
}

// For OpenSSL's allocation functions, which take no argument of ours.
struct Innermost {
  const Beside* beside = nullptr;
};

const Beside*& innermost() {
  static Innermost here;
  return here.beside;
}

void* allocate(std::size_t size, const char* file, int /*line*/) {
  const Beside* const beside = innermost();
  if (size >= least_ssl && size <= most_ssl) {
    if (void* place = all_places().take()) {
      if (beside != nullptr && beside->ssl() == nullptr) beside->found(place);
      return place;
    }
  } else if (beside != nullptr && all_places().has(beside->ssl()) && belongs_to_connection(size, file)) {
    if (void* part = all_places().take_beside(beside->ssl())) return part;
  }
  return std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc): OpenSSL's
}

void release(void* object, const char* /*file*/, int /*line*/) {
  if (all_places().has(object)) return all_places().give_back(object);
  std::free(object);  // NOLINT(cppcoreguidelines-no-malloc): OpenSSL's
}

void* reallocate(void* object, std::size_t size, const char* file, int line) {
  const Places& all = all_places();
  if (!all.has(object)) return std::realloc(object, size);  // NOLINT(cppcoreguidelines-no-malloc): OpenSSL's
  void* moved = size > 0 ? allocate(size, file, line) : nullptr;
  if (size > 0 && moved == nullptr) return nullptr;
  const std::size_t kept = std::min(size, all.room_of(object));
  if (kept > 0) std::copy_n(static_cast<const char*>(object), kept, static_cast<char*>(moved));
  release(object, file, line);
  return moved;
}

std::span<char, part_size> part_of(void* ssl, std::size_t part) {
  return std::span<char, part_size>(static_cast<char*>(ssl) + part * part_size, part_size);
}

}  // namespace

void give_ssls_places() {
  if (all_places().reserve()) CRYPTO_set_mem_functions(allocate, reallocate, release);
}

Beside::Beside(const void* ssl) : ssl_(ssl), before_(std::exchange(innermost(), this)) {}

Beside::~Beside() {
  innermost() = before_;
}

void Packed::pack(void* ssl) {
  if (ssl_ != nullptr || !all_places().has(ssl)) return;
  const Parts used = all_places().used_by(ssl);
  std::size_t size = 0;
  for (std::size_t part = 0; part < parts; ++part) size += used[part] ? sparse_size(part_of(ssl, part)) : 0;
  content_ = base::Secret(size);
  char* end = content_.data();
  for (std::size_t part = 0; part < parts; ++part) {
    if (used[part]) end = write_sparse(part_of(ssl, part), end);
  }
  os::drop_pages(ssl, place_size);
  ssl_ = ssl;
}

void Packed::unpack() {
  if (ssl_ == nullptr) return;
  const Parts used = all_places().used_by(ssl_);
  const char* from = content_.data();
  for (std::size_t part = 0; part < parts; ++part) {
    if (used[part]) from = read_sparse(from, part_of(ssl_, part));
  }
  content_ = base::Secret();
  ssl_ = nullptr;
}

}  // namespace tls
