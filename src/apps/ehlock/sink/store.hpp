// SinkStore: a folder of numbered messages, NUMBER.eml octet for octet as they came and NUMBER.envelope beside it. A
// message is written as it comes, under a temporary name, and gets its number when it is whole. Nothing is synced to
// the disk: this is for trying things, not for keeping mail.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

namespace app {

// What the client said; without control characters.
struct SinkEnvelope {
  std::string helo;
  std::string sender;
  std::vector<std::string> recipients;
};

struct SinkReceipt {
  std::uint64_t number = 0;
  std::uint64_t octets = 0;
  SinkEnvelope envelope;
  std::string file;  // empty: not kept
};

// A file on its way: it has a temporary name until move_to(), and goes away with the draft before that.
class SinkDraft {
 public:
  // `folder` -1: octets are counted and forgotten.
  SinkDraft(int folder, std::string name);
  ~SinkDraft();
  SinkDraft(const SinkDraft&) = delete;
  SinkDraft& operator=(const SinkDraft&) = delete;

  // A fault of the file is told by move_to().
  void add(std::string_view text);
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // False: there is such a file already.
  [[nodiscard]] base::Result<bool> move_to(const std::string& name);

 private:
  void write(std::string_view text);

  int folder_;
  std::string name_;
  os::UniqueFd file_;
  int fault_ = 0;
  std::uint64_t octets_ = 0;
  std::string unwritten_;
};

class SinkStore {
 public:
  // Makes the folder when it is absent; numbers go on behind those that are there. An empty name: nothing is kept.
  [[nodiscard]] static base::Result<SinkStore> open(const std::string& folder);

  // The store must outlive its drafts.
  [[nodiscard]] std::unique_ptr<SinkDraft> begin();

  // The whole message.
  [[nodiscard]] base::Result<SinkReceipt> keep(SinkDraft& draft, SinkEnvelope envelope);

  [[nodiscard]] std::uint64_t next_number() const { return next_; }
  [[nodiscard]] std::string file_of(std::uint64_t number) const;

 private:
  [[nodiscard]] base::Result<std::uint64_t> take_number(const SinkEnvelope& envelope);

  std::string path_;
  os::UniqueFd folder_;
  std::uint64_t next_ = 1;
  std::uint64_t drafts_ = 0;
};

}  // namespace app
