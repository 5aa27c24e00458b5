// Any bytes as values of a policy request: its lines are always the same ones in the same number.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "must.hpp"
#include "policy/request.hpp"

namespace {

using fuzz::must;

void check(const policy::Request& request, policy::Form form, std::ptrdiff_t lines) {
  const std::string text = policy::render(request, form);
  must(std::count(text.begin(), text.end(), '\n') == lines);
  must(text.find('\0') == std::string::npos && text.find('\r') == std::string::npos);
  must(text.find("\n\n") == text.size() - 2 && text.size() <= 65536);
}

}  // namespace

// The input's pieces, split at 0xff, are the values in turn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  policy::Request request;
  for (std::string* field :
       {&request.sender, &request.recipient, &request.helo_name, &request.client_name, &request.client_address,
        &request.ccert_subject, &request.sasl_username, &request.instance}) {
    const auto end = std::min(rest.find('\xff'), rest.size());
    *field = std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (int stage = 0; stage < 9; ++stage) {
    request.stage = static_cast<policy::Stage>(stage);
    check(request, policy::Form::full, 32);
  }
  check(request, policy::Form::brief, 5);
  return 0;
}
