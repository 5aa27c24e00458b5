// Keys have the client's network between braces, so that the keys of a question lie in one slot of a Redis cluster.
#include "reputation/question.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "admission/hash.hpp"
#include "base/text.hpp"

namespace reputation {
namespace {

// The same on all nodes. They keep nothing secret: the hash makes keys short and the store no list of addresses.
constexpr admission::HashKey first_key{0x6568'6c6f'636b'2031, 0x7472'6970'6c65'7431};
constexpr admission::HashKey second_key{0x6568'6c6f'636b'2032, 0x7472'6970'6c65'7432};

std::string key_of(const Settings& settings, std::string_view what, std::string_view network) {
  return fmt::format("{}{}:{{{}}}", settings.prefix, what, network);
}

std::string triplet_of(const Delivery& delivery) {
  const std::string both = same_mailbox(delivery.sender) + '\0' + same_mailbox(delivery.recipient);
  return fmt::format("{:016x}{:016x}", admission::keyed_hash(first_key, both), admission::keyed_hash(second_key, both));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Question arrival(const Settings& settings, std::string_view network) {
  const bool counted = settings.client_rate.count > 0;
  return {
      Rule::arrive,
      {key_of(settings, "rate", network), key_of(settings, "errors", network), key_of(settings, "patient", network)},
      {counted ? settings.client_rate.period.count() : 0}};
}

Question greylisting(const Settings& settings, const Delivery& delivery) {
  const Greylisting& rule = settings.greylisting;
  return {Rule::greylist,
          {key_of(settings, "triplet", delivery.network) + ":" + triplet_of(delivery),
           key_of(settings, "came", delivery.network)},
          {rule.delay.count(), rule.window.count(), rule.keep.count(), static_cast<std::int64_t>(rule.pass_after)}};
}

Question report(const Settings& settings, std::string_view network, Conduct conduct) {
  const std::size_t errors = settings.client_errors.count > 0 ? conduct.errors : 0;
  return {Rule::report,
          {key_of(settings, "errors", network), key_of(settings, "patient", network)},
          {static_cast<std::int64_t>(errors), settings.client_errors.period.count(),
           conduct.patient ? settings.patient_keep.count() : 0}};
}

std::optional<Standing> standing_of(const Numbers& numbers) {
  const bool fit = numbers.size() == 3 && std::all_of(numbers.begin(), numbers.end(), [](auto n) { return n >= 0; });
  if (!fit) return std::nullopt;
  return Standing{static_cast<std::size_t>(numbers[0]), static_cast<std::size_t>(numbers[1]), numbers[2] != 0};
}

std::optional<Greylisted> greylisted_of(const Numbers& numbers) {
  const bool fit = numbers.size() == 2 && numbers[0] >= 0 && numbers[0] <= 3 && numbers[1] >= 0;
  if (!fit) return std::nullopt;
  return Greylisted{static_cast<Greylisted::State>(numbers[0]), static_cast<std::size_t>(numbers[1])};
}

std::string_view text_of(Greylisted::State state) {
  switch (state) {
    case Greylisted::State::wait:
      return "wait";
    case Greylisted::State::came:
      return "came";
    case Greylisted::State::known:
      return "known";
    case Greylisted::State::trusted:
      return "trusted";
  }
  return "";
}

std::string same_mailbox(std::string_view mailbox) {
  const std::size_t at = std::min(mailbox.rfind('@'), mailbox.size());
  std::string_view local = mailbox.substr(0, at);
  // A detail at the very beginning would leave nothing.
  const std::size_t plus = local.find('+', 1);
  local = local.substr(0, plus);
  std::string same;
  for (const char c : local) {
    if (!is_digit(c)) {
      same += base::lower(c);
    } else if (same.empty() || same.back() != '#') {
      same += '#';
    }
  }
  return same + base::lowered(mailbox.substr(at));
}

bool is_postmaster(std::string_view recipient) {
  return base::iequals(recipient.substr(0, recipient.find('@')), "postmaster");
}

}  // namespace reputation
