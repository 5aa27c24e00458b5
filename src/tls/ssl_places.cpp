#include "tls/ssl_places.hpp"

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <openssl/crypto.h>

#include "os/pages.hpp"

namespace tls {
namespace {

constexpr std::size_t place_size = 2 * os::page_size;
// OpenSSL 3's SSL is larger than this, and next to nothing else is of such a size.
constexpr std::size_t least_size = 6144;
constexpr std::size_t places = std::size_t{64} * 1024;  // half a gigabyte of addresses

using Word = std::uint64_t;
constexpr std::size_t words = place_size / sizeof(Word);
using Map = std::bitset<words>;

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

  [[nodiscard]] void* take() {
    if (free_ != nullptr) return std::exchange(free_, *static_cast<void**>(free_));
    return used_ < places ? begin_ + place_size * used_++ : nullptr;
  }

  // Nothing that may fail: a free place begins with the address of the next one.
  void give_back(void* place) { *static_cast<void**>(place) = std::exchange(free_, place); }

 private:
  char* begin_ = nullptr;
  std::size_t used_ = 0;
  void* free_ = nullptr;
};

Places& all_places() {
  static Places places_of_process;
  return places_of_process;
}

void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
  if (size >= least_size && size <= place_size) {
    if (void* place = all_places().take()) return place;
  }
  return std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc): OpenSSL's
}

void release(void* object, const char* /*file*/, int /*line*/) {
  if (all_places().has(object)) return all_places().give_back(object);
  std::free(object);  // NOLINT(cppcoreguidelines-no-malloc): OpenSSL's
}

void* reallocate(void* object, std::size_t size, const char* file, int line) {
  if (!all_places().has(object)) return std::realloc(object, size);  // NOLINT(cppcoreguidelines-no-malloc): OpenSSL's
  void* moved = size > 0 ? allocate(size, file, line) : nullptr;
  if (size > 0 && moved == nullptr) return nullptr;
  if (size > 0) std::copy_n(static_cast<const char*>(object), std::min(size, place_size), static_cast<char*>(moved));
  release(object, file, line);
  return moved;
}

// The words of an object whose types are not ours to know: by copying octets.
Word load(const char* from) {
  Word word = 0;
  std::copy_n(from, sizeof word, reinterpret_cast<char*>(&word));
  return word;
}

}  // namespace

void give_ssls_places() {
  if (all_places().reserve()) CRYPTO_set_mem_functions(allocate, reallocate, release);
}

void Packed::pack(void* object) {
  if (object_ != nullptr || !all_places().has(object)) return;
  const auto* from = static_cast<const char*>(object);
  Map map;
  for (std::size_t i = 0; i < words; ++i) map[i] = load(from + i * sizeof(Word)) != 0;
  content_ = base::Secret(sizeof map + map.count() * sizeof(Word));
  auto* end = std::copy_n(reinterpret_cast<const char*>(&map), sizeof map, content_.data());
  for (std::size_t i = 0; i < words; ++i) {
    if (map[i]) end = std::copy_n(from + i * sizeof(Word), sizeof(Word), end);
  }
  os::drop_pages(object, place_size);
  object_ = object;
}

void Packed::unpack() {
  if (object_ == nullptr) return;
  auto* to = static_cast<char*>(object_);
  Map map;
  const char* from = content_.data();
  std::copy_n(from, sizeof map, reinterpret_cast<char*>(&map));
  from += sizeof map;
  for (std::size_t i = 0; i < words; ++i) {
    if (!map[i]) continue;
    std::copy_n(from, sizeof(Word), to + i * sizeof(Word));
    from += sizeof(Word);
  }
  content_ = base::Secret();
  object_ = nullptr;
}

}  // namespace tls
