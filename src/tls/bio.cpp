// A BIO_METHOD over two buffers: what OpenSSL takes for a socket.
#include "tls/bio.hpp"

#include <algorithm>

#include "tls/shielded.hpp"

namespace tls {
namespace {

Wire& wire_of(BIO* bio) {
  return *static_cast<Wire*>(BIO_get_data(bio));
}

int read_from_wire(BIO* bio, char* into, std::size_t size, std::size_t* taken) {
  Wire& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  const std::string_view waiting = wire.incoming.view().substr(0, size);
  if (waiting.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::copy(waiting.begin(), waiting.end(), into);
  *taken = waiting.size();
  wire.consumed += waiting.size();
  wire.incoming.consume(waiting.size());
  return 1;
}

int write_to_wire(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
  Wire& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  *taken = std::min(size, wire.outgoing.room());
  if (wire.outgoing.append({from, *taken}) && *taken > 0) return 1;
  BIO_set_retry_write(bio);
  return 0;
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int begin(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BioMethodPtr make_method() {
  BioMethodPtr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ehlock wire"));
  if (!method) return nullptr;
  BIO_meth_set_read_ex(method.get(), read_from_wire);
  BIO_meth_set_write_ex(method.get(), shielded<write_to_wire>);
  BIO_meth_set_ctrl(method.get(), control);
  BIO_meth_set_create(method.get(), begin);
  return method;
}

}  // namespace

BioPtr bio_over(Wire& wire) {
  static const BioMethodPtr method = make_method();
  BioPtr bio(method ? BIO_new(method.get()) : nullptr);
  if (bio) BIO_set_data(bio.get(), &wire);
  return bio;
}

}  // namespace tls
