#include "session/launch_wire.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace session {
namespace {

// One letter for the kind, the number in 16 hexadecimal digits, then fields that each end in NUL.
constexpr std::size_t head_size = 17;

std::string head(char kind, std::uint64_t number) {
  return fmt::format("{}{:016x}", kind, number);
}

std::optional<std::uint64_t> number_in(char kind, std::string_view bytes) {
  if (bytes.size() < head_size || bytes[0] != kind) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(bytes.data() + 1, bytes.data() + head_size, number, 16);
  if (fault != std::errc{} || end != bytes.data() + head_size) return std::nullopt;
  return number;
}

// The fields behind the head; nothing when the last one does not end in NUL.
std::optional<std::vector<std::string>> fields_of(std::string_view bytes) {
  bytes.remove_prefix(head_size);
  std::vector<std::string> fields;
  while (!bytes.empty()) {
    const auto end = bytes.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    fields.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  return fields;
}

constexpr std::array<LaunchTarget, 3> targets{LaunchTarget::backend, LaunchTarget::policy, LaunchTarget::reputation};

char letter_of(LaunchTarget target) {
  if (target == LaunchTarget::reputation) return 'M';
  return target == LaunchTarget::backend ? 'Q' : 'P';
}

std::string with_fields(std::string message, const std::vector<std::string>& fields) {
  for (const auto& field : fields) {
    message += field;
    message += '\0';
  }
  return message;
}

}  // namespace

std::string encode(const LaunchRequest& request) {
  return with_fields(head(letter_of(request.target), request.number), request.environment);
}

std::string encode(const LaunchAnswer& answer) {
  return with_fields(head('A', answer.number), {answer.fault});
}

std::string encode(const LaunchRelease& release) {
  return head('R', release.number);
}

std::optional<LaunchRequest> decode_launch_request(std::string_view bytes) {
  for (const LaunchTarget target : targets) {
    const auto number = number_in(letter_of(target), bytes);
    if (!number) continue;
    auto fields = fields_of(bytes);
    if (!fields) return std::nullopt;
    return LaunchRequest{*number, target, std::move(*fields)};
  }
  return std::nullopt;
}

std::optional<LaunchAnswer> decode_launch_answer(std::string_view bytes) {
  const auto number = number_in('A', bytes);
  if (!number) return std::nullopt;
  const auto fields = fields_of(bytes);
  if (!fields || fields->size() != 1) return std::nullopt;
  return LaunchAnswer{*number, fields->front()};
}

std::optional<LaunchRelease> decode_launch_release(std::string_view bytes) {
  const auto number = number_in('R', bytes);
  if (!number || bytes.size() != head_size) return std::nullopt;
  return LaunchRelease{*number};
}

std::string encode(const NameRequest& request) {
  return with_fields(head('N', request.number), {request.address});
}

std::string encode(const NameAnswer& answer) {
  return with_fields(head('n', answer.number), {answer.verified, answer.claimed});
}

std::optional<NameRequest> decode_name_request(std::string_view bytes) {
  const auto number = number_in('N', bytes);
  if (!number) return std::nullopt;
  const auto fields = fields_of(bytes);
  if (!fields || fields->size() != 1) return std::nullopt;
  return NameRequest{*number, fields->front()};
}

std::optional<NameAnswer> decode_name_answer(std::string_view bytes) {
  const auto number = number_in('n', bytes);
  if (!number) return std::nullopt;
  const auto fields = fields_of(bytes);
  if (!fields || fields->size() != 2) return std::nullopt;
  return NameAnswer{*number, fields->front(), fields->back()};
}

}  // namespace session
