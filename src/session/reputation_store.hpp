// ReputationStore: where what is known of clients is kept: in memory that the machine's workers share (here), or in a
// Redis server (redis_client.hpp).
#pragma once

#include <optional>

#include "net/task.hpp"
#include "reputation/question.hpp"
#include "reputation/table.hpp"

namespace session {

class ReputationStore {
 public:
  ReputationStore() = default;
  ReputationStore(const ReputationStore&) = delete;
  ReputationStore& operator=(const ReputationStore&) = delete;
  virtual ~ReputationStore() = default;

  // Nothing: it cannot be asked now.
  [[nodiscard]] virtual net::Task<std::optional<reputation::Numbers>> answer(reputation::Question question) = 0;
};

class SharedTable final : public ReputationStore {
 public:
  // `table` outlives it.
  explicit SharedTable(reputation::Table& table) : table_(table) {}
  [[nodiscard]] net::Task<std::optional<reputation::Numbers>> answer(reputation::Question question) override;

 private:
  reputation::Table& table_;
};

}  // namespace session
