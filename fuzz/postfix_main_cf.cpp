// Any text as main.cf: every parameter in it has a value or a reason, in bounded time and size.
#include <cstdint>
#include <string_view>

#include "must.hpp"
#include "postfix/expand.hpp"
#include "postfix/main_cf.hpp"

namespace {

using fuzz::must;

constexpr std::size_t tried = 8;  // parameters of one text: each may take the whole step budget

void check(const postfix::Parameters& parameters, std::string_view name) {
  const auto value = parameters.value(name);
  must(value ? value->size() <= postfix::expansion_limit : !value.error().text.empty());
  if (const auto number = parameters.number(name)) must(*number >= 0);
  if (parameters.boolean(name)) must(value.has_value());
  if (const auto time = parameters.time(name)) must(time->count() >= 0);
  if (const auto list = parameters.list(name)) {
    for (const auto& element : *list) must(element.size() <= value->size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entries = postfix::entries_of(text);
  const auto parameters = postfix::Parameters::read(text);
  must(entries.has_value() == parameters.has_value());
  postfix::Parameters alone;
  if (alone.option(text)) must(!text.empty());
  if (!parameters) return 0;
  for (std::size_t i = 0; i < entries->size() && i < tried; ++i) check(*parameters, (*entries)[i].name);
  return 0;
}
