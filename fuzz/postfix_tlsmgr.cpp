// Any octets as a reply of tlsmgr(8), in any chunking: what is taken out of it has its form, or there is nothing.
#include <cstdint>
#include <string>
#include <string_view>

#include "must.hpp"
#include "postfix/attr.hpp"
#include "postfix/tlsmgr.hpp"

namespace {

using fuzz::must;

using State = postfix::ListReader::State;

void check(const postfix::Attributes& reply, std::size_t size) {
  if (const auto policy = postfix::policy_in(reply)) must(policy->timeout.count() >= 0);
  if (const auto session = postfix::session_in(reply)) must(!session->empty() && session->size() < size);
  if (const auto key = postfix::ticket_key_in(reply)) must(key->material.size() == 80);
  if (postfix::is_tlsmgr_greeting(reply)) must(!postfix::is_success(reply));
}

// What is asked can be read again, whatever a session's id or its service is.
void check_request(std::string_view octets) {
  const std::string id = postfix::session_cache_id(octets.substr(0, 32), octets, 1);
  for (const std::string& bytes : {postfix::store_session("smtpd", id, octets), postfix::ask_session("smtpd", id),
                                   postfix::ask_ticket_key(octets.substr(0, 16))}) {
    postfix::ListReader reader;
    must(reader.feed(bytes) == bytes.size() && reader.state() == State::done);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  postfix::ListReader whole;
  postfix::ListReader torn;
  const std::size_t taken = whole.feed(bytes);
  std::size_t taken_torn = 0;
  for (const char& c : bytes) taken_torn += torn.feed({&c, 1});
  must(taken == taken_torn && whole.state() == torn.state());
  if (whole.state() == State::done) check(whole.take(), size);
  if (size < 8192) check_request(bytes);
  return 0;
}
