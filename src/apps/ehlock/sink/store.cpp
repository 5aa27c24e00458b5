#include "apps/ehlock/sink/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/text.hpp"

namespace app {
namespace {

constexpr std::size_t write_at_once = 65536;

// Never over a file that is there; not all file systems know that, and then it is as rename(2) has it.
int rename_in(int folder, const std::string& from, const std::string& to) {
  if (::renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  return ::renameat(folder, from.c_str(), folder, to.c_str()) == 0 ? 0 : errno;
}

std::uint64_t highest_number(const std::string& folder) {
  std::uint64_t highest = 0;
  std::error_code fault;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator at(folder, fault); !fault && at != end; at.increment(fault)) {
    const auto number = base::number<std::uint64_t>(at->path().stem().string());
    highest = std::max(highest, number.value_or(0));
  }
  return highest;
}

std::string text_of(const SinkEnvelope& envelope) {
  std::string text = fmt::format("X-Sink-From: <{}>\n", envelope.sender);
  for (const auto& recipient : envelope.recipients) text += fmt::format("X-Sink-To: <{}>\n", recipient);
  return text + fmt::format("X-Sink-Helo: {}\n", envelope.helo);
}

}  // namespace

SinkDraft::SinkDraft(int folder, std::string name) : folder_(folder), name_(std::move(name)) {
  if (folder_ < 0) return;
  file_ = os::UniqueFd(::openat(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_) fault_ = errno;
}

SinkDraft::~SinkDraft() {
  if (file_) ::unlinkat(folder_, name_.c_str(), 0);
}

void SinkDraft::add(std::string_view text) {
  octets_ += text.size();
  if (!file_ || fault_ != 0) return;
  if (unwritten_.size() + text.size() < write_at_once) {
    unwritten_ += text;
    return;
  }
  write(std::exchange(unwritten_, {}));
  write(text);
}

void SinkDraft::write(std::string_view text) {
  while (!text.empty() && fault_ == 0) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written >= 0) text.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EINTR) fault_ = errno;
  }
}

base::Result<bool> SinkDraft::move_to(const std::string& name) {
  if (file_) write(std::exchange(unwritten_, {}));
  if (fault_ == 0) {
    const int renamed = rename_in(folder_, name_, name);
    if (renamed == EEXIST) return false;
    fault_ = renamed;
  }
  if (fault_ != 0) return base::fail_errno(name, fault_);
  file_.reset();
  return true;
}

base::Result<SinkStore> SinkStore::open(const std::string& folder) {
  SinkStore store;
  if (folder.empty()) return store;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return base::fail_errno(folder, errno);
  store.folder_ = os::UniqueFd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!store.folder_ || ::faccessat(store.folder_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    return base::fail_errno(folder, errno);
  }
  store.path_ = folder;
  store.next_ = highest_number(folder) + 1;
  return store;
}

std::unique_ptr<SinkDraft> SinkStore::begin() {
  return std::make_unique<SinkDraft>(folder_.get(), fmt::format(".{}.{}.part", ::getpid(), ++drafts_));
}

// The number is taken by the envelope's file, which nobody else can make then; so it is there before the message is.
base::Result<std::uint64_t> SinkStore::take_number(const SinkEnvelope& envelope) {
  const auto draft = begin();
  draft->add(text_of(envelope));
  for (;;) {
    const std::uint64_t number = next_++;
    const auto moved = draft->move_to(fmt::format("{}.envelope", number));
    if (!moved) return tl::unexpected(moved.error());
    if (*moved) return number;
  }
}

base::Result<SinkReceipt> SinkStore::keep(SinkDraft& draft, SinkEnvelope envelope) {
  SinkReceipt receipt{0, draft.octets(), std::move(envelope), {}};
  if (!folder_) {
    receipt.number = next_++;
    return receipt;
  }
  const auto number = take_number(receipt.envelope);
  if (!number) return tl::unexpected(number.error());
  receipt.number = *number;
  receipt.file = file_of(*number);
  auto moved = draft.move_to(fmt::format("{}.eml", *number));
  if (moved && !*moved) moved = base::fail_errno(receipt.file, EEXIST);
  if (moved) return receipt;
  ::unlinkat(folder_.get(), fmt::format("{}.envelope", *number).c_str(), 0);
  return tl::unexpected(moved.error());
}

std::string SinkStore::file_of(std::uint64_t number) const {
  return fmt::format("{}/{}.eml", path_, number);
}

}  // namespace app
