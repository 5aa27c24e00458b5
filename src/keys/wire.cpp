// The octets of docs/key-process.md: numbers big-endian, texts behind their length, and nothing behind the last field.
// decode() accepts exactly what encode() makes of values within the limits.
#include "keys/wire.hpp"

#include <algorithm>
#include <concepts>
#include <iterator>
#include <utility>

#include "os/packet.hpp"

namespace keys {

namespace {

enum class Type : std::uint8_t { sign_request = 1, sign_answer = 2, load_report = 3, load_report_and_more = 4 };

constexpr std::size_t max_digest_name = 16;
constexpr std::size_t max_digest = 64;    // SHA-512
constexpr std::size_t max_message = 512;  // Ed25519 signs the message itself
constexpr std::size_t max_public_der = 2048;
constexpr std::size_t max_error = 4096;

class Writer {
 public:
  explicit Writer(Type type) { number(static_cast<std::uint8_t>(type)); }

  template <std::unsigned_integral T>
  void number(T value) {
    for (std::size_t shift = sizeof(T) * 8; shift > 0; shift -= 8) {
      bytes_.push_back(static_cast<char>((value >> (shift - 8)) & 0xffU));
    }
  }

  // A text too long for its length field is written so that no reader accepts it.
  void text(std::string_view value) {
    number(static_cast<std::uint16_t>(std::min<std::size_t>(value.size(), 0xffff)));
    bytes_.append(value);
  }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads fields one after the other; the first that does not fit makes everything after it empty and good() false.
class Reader {
 public:
  Reader(std::string_view bytes, Type type) : rest_(bytes) {
    if (number<std::uint8_t>() != static_cast<std::uint8_t>(type)) good_ = false;
  }

  template <std::unsigned_integral T>
  T number() {
    std::uint64_t value = 0;
    for (const char octet : take(sizeof(T))) value = (value << 8U) | static_cast<unsigned char>(octet);
    return static_cast<T>(value);
  }

  std::string text(std::size_t limit) {
    const std::size_t length = number<std::uint16_t>();
    if (length > limit) good_ = false;
    return std::string(take(length));
  }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) good_ = false;
    if (!good_) return {};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

bool is_digest_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Each kind's fields are there and no other's (threat 28: nothing of a request is left to interpretation).
bool is_well_formed(const tls::SignatureRequest& request) {
  if (request.data.empty()) return false;
  switch (request.kind) {
    case tls::SignatureKind::rsa_pkcs1:
    case tls::SignatureKind::ecdsa:
      return is_digest_name(request.digest) && request.data.size() <= max_digest && request.salt == 0;
    case tls::SignatureKind::rsa_pss:
      return is_digest_name(request.digest) && request.data.size() <= max_digest && request.salt <= max_digest;
    case tls::SignatureKind::ed25519:
      return request.digest.empty() && request.data.size() <= max_message && request.salt == 0;
  }
  return false;  // a kind from the wire that has no name
}

}  // namespace

std::string encode(const SignRequest& request) {
  Writer out(Type::sign_request);
  out.number(request.id);
  out.number(request.signature.key);
  out.number(static_cast<std::uint8_t>(request.signature.kind));
  out.number(request.signature.salt);
  out.text(request.signature.digest);
  out.text(request.signature.data);
  return out.take();
}

std::optional<SignRequest> decode_request(std::string_view bytes) {
  Reader in(bytes, Type::sign_request);
  SignRequest request;
  request.id = in.number<std::uint64_t>();
  request.signature.key = in.number<std::uint32_t>();
  request.signature.kind = static_cast<tls::SignatureKind>(in.number<std::uint8_t>());
  request.signature.salt = in.number<std::uint16_t>();
  request.signature.digest = in.text(max_digest_name);
  request.signature.data = in.text(max_message);
  if (!in.complete() || !is_well_formed(request.signature)) return std::nullopt;
  return request;
}

std::string encode(const SignAnswer& answer) {
  Writer out(Type::sign_answer);
  out.number(answer.id);
  out.text(answer.signature);
  return out.take();
}

std::optional<SignAnswer> decode_answer(std::string_view bytes) {
  Reader in(bytes, Type::sign_answer);
  SignAnswer answer;
  answer.id = in.number<std::uint64_t>();
  answer.signature = in.text(max_signature);
  if (!in.complete()) return std::nullopt;
  return answer;
}

std::string encode(const LoadReport& report) {
  Writer out(report.more ? Type::load_report_and_more : Type::load_report);
  out.text(std::string_view(report.error).substr(0, max_error));
  out.number(static_cast<std::uint16_t>(std::min<std::size_t>(report.public_der.size(), 0xffff)));
  for (const std::string& der : report.public_der) out.text(der);
  return out.take();
}

std::optional<LoadReport> decode_report(std::string_view bytes) {
  LoadReport report;
  report.more = !bytes.empty() && bytes.front() == static_cast<char>(Type::load_report_and_more);
  Reader in(bytes, report.more ? Type::load_report_and_more : Type::load_report);
  report.error = in.text(max_error);
  const std::size_t count = in.number<std::uint16_t>();
  if (count > max_keys || ((count > 0 || report.more) && !report.error.empty())) return std::nullopt;
  while (in.good() && report.public_der.size() < count) {
    report.public_der.push_back(in.text(max_public_der));
    if (report.public_der.back().empty()) return std::nullopt;
  }
  if (!in.complete()) return std::nullopt;
  return report;
}

std::vector<LoadReport> reports_of(std::vector<std::string> public_ders) {
  const std::size_t empty = encode(LoadReport{}).size();
  std::vector<LoadReport> reports(1);
  std::size_t size = empty;
  for (std::string& der : public_ders) {
    const std::size_t more = sizeof(std::uint16_t) + der.size();
    if (size + more > os::max_packet) {
      reports.back().more = true;
      reports.emplace_back();
      size = empty;
    }
    size += more;
    reports.back().public_der.push_back(std::move(der));
  }
  return reports;
}

base::Result<std::vector<std::string>> gather_reports(const std::function<base::Result<std::string>()>& next) {
  std::vector<std::string> gathered;
  for (bool more = true; more;) {
    const auto bytes = next();
    if (!bytes) return tl::unexpected(bytes.error());
    auto report = decode_report(*bytes);
    const bool idle = report && report->more && report->public_der.empty();
    if (!report || idle || gathered.size() + report->public_der.size() > max_keys)
      return base::fail("the key process: malformed report");
    if (!report->error.empty()) return base::fail("{}", report->error);
    std::move(report->public_der.begin(), report->public_der.end(), std::back_inserter(gathered));
    more = report->more;
  }
  return gathered;
}

}  // namespace keys
