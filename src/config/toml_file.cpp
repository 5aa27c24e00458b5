// TOML text to assignments. The only place that knows toml++, which is compiled without exceptions here
// (options.cmake).

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <toml++/toml.h>

#include "config/serve_options.hpp"
#include "config/sources.hpp"
#include "config/toml_screen.hpp"

namespace config {
namespace {

std::string_view type_name(toml::node_type type) {
  switch (type) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::none:
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time of day";
  }
  return "something else";
}

std::string_view wanted(const Shape& shape) {
  if (shape.kind == Kind::toggle) return "true or false";
  if (shape.kind == Kind::count) return "a number";
  return "a text in quotes";
}

bool takes_number(Kind kind) {
  return kind == Kind::count || kind == Kind::size;
}

// The text of a single value when its TOML type suits the row.
std::optional<std::string> scalar(const Shape& shape, const toml::node& node) {
  if (const auto* truth = node.as_boolean(); truth != nullptr && shape.kind == Kind::toggle) {
    return truth->get() ? "true" : "false";
  }
  if (const auto* number = node.as_integer(); number != nullptr && takes_number(shape.kind)) {
    return std::to_string(number->get());
  }
  if (const auto* text = node.as_string(); text != nullptr && shape.kind != Kind::toggle) return text->get();
  return std::nullopt;
}

class Walk {
 public:
  Walk(const std::vector<Shape>& shapes, const std::string& file, Reading& reading)
      : shapes_(shapes), file_(file), reading_(reading) {}

  // A whole file.
  void file(const toml::table& all) {
    for (const auto& [key, node] : all) {
      if (key.str() == "tls_policy") {
        policies(node);
      } else if (key.str() == "match") {
        rules(node);
      }
    }
    faulty_.clear();
    table("", all);
    reading_.faulty.insert(faulty_.begin(), faulty_.end());
  }

  // Every key of a table whose path is `prefix` ("" or "timeout."). Goes only into tables that some row names, so
  // that its depth is bounded.
  void table(const std::string& prefix, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const std::string path = prefix + std::string(key.str());
      if (path == "tls_policy" || path == "match") continue;
      if (const auto row = find(path)) {
        reading_.assignments.push_back(value(shapes_[*row], {*row, {}, place(node.source()), path}, node));
      } else if (!has_rows_below(path)) {
        unknown(key, path);
      } else if (const auto* below = node.as_table()) {
        this->table(path + ".", *below);
      } else {
        fault(node.source(), "{} is a table, like {} = {{ ... }} or [{}], not {}", path, path, path,
              type_name(node.type()));
      }
    }
  }

 private:
  void policies(const toml::node& node) {
    const auto* all = node.as_table();
    if (all == nullptr) {
      return fault(node.source(), "tls_policy is a table of policies, like [tls_policy.NAME], not {}",
                   type_name(node.type()));
    }
    for (const auto& [name, policy] : *all) {
      const std::string path = "tls_policy." + base::escaped(name.str());
      if (const auto* rows = policy.as_table()) {
        section({false, std::string(name.str()), place(name.source())}, path, *rows);
      } else {
        fault(policy.source(), "{} is a table, like [{}], not {}", path, path, type_name(policy.type()));
      }
    }
  }

  void rules(const toml::node& node) {
    const auto* all = node.as_array();
    if (all == nullptr) {
      return fault(node.source(), "match is a list of tables, each begun by [[match]], not {}", type_name(node.type()));
    }
    for (const toml::node& each : *all) {
      if (const auto* rows = each.as_table()) {
        section({true, "", place(each.source())}, "match", *rows);
      } else {
        fault(each.source(), "match is a list of tables, each begun by [[match]], not of {}", type_name(each.type()));
      }
    }
  }

  void section(Section into, const std::string& path, const toml::table& table) {
    const std::vector<Shape> shapes = into.rule ? shapes_of(rule_options()) : shapes_;
    std::vector<std::string> keys;
    keys.reserve(shapes.size());
    for (const Shape& shape : shapes) keys.push_back(into.rule ? shape.key : policy_key(shape));
    faulty_.clear();
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const auto found = name.empty() ? keys.end() : std::find(keys.begin(), keys.end(), name);
      if (found == keys.end()) {
        fault(key.source(), "unknown key \"{}.{}\"{}", path, base::escaped(name), suggestion(name, keys));
        continue;
      }
      const auto row = static_cast<std::size_t>(found - keys.begin());
      into.assignments.push_back(
          value(shapes[row], {row, {}, place(node.source()), fmt::format("{}.{}", path, name)}, node));
    }
    into.faulty = std::exchange(faulty_, {});
    reading_.sections.push_back(std::move(into));
  }

  [[nodiscard]] std::optional<std::size_t> find(const std::string& path) const {
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      if (shapes_[i].key == path && !path.empty()) return i;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool has_rows_below(const std::string& path) const {
    return std::any_of(shapes_.begin(), shapes_.end(),
                       [&](const Shape& shape) { return shape.key.starts_with(path + "."); });
  }

  // The key somebody meant who wrote `path`: that of a flag's name ("listen-tls") or of a last part alone
  // ("handshake"), else the nearest; tables count as well. Empty when nothing is near.
  [[nodiscard]] std::string meant_by(const std::string& path) const {
    std::vector<std::string> names{"tls_policy", "match"};
    for (const Shape& shape : shapes_) {
      if (shape.key.empty()) continue;
      if (path == shape.flag || shape.key.ends_with("." + path)) return shape.key;
      names.push_back(shape.key);
      if (const std::size_t dot = shape.key.find('.'); dot != std::string::npos)
        names.push_back(shape.key.substr(0, dot));
    }
    return base::nearest(path, names);
  }

  void unknown(const toml::key& key, const std::string& path) {
    const std::string near = meant_by(path);
    fault(key.source(), "unknown key \"{}\"{}", base::escaped(path),
          near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
  }

  // The assignment with the words of `node`.
  Assignment value(const Shape& shape, Assignment assignment, const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) {
      word(shape, node, assignment);
    } else if (!shape.many) {
      wrong_type(shape, node, assignment.key);
    } else {
      for (const toml::node& element : *array) word(shape, element, assignment);
    }
    return assignment;
  }

  void word(const Shape& shape, const toml::node& node, Assignment& assignment) {
    auto text = scalar(shape, node);
    if (!text) return wrong_type(shape, node, assignment.key);
    assignment.words.push_back({std::move(*text), place(node.source())});
  }

  void wrong_type(const Shape& shape, const toml::node& node, const std::string& path) {
    fault(node.source(), "{}: wants {}, not {}", path, wanted(shape), type_name(node.type()));
    faulty_.insert(shape.key);
  }

  [[nodiscard]] std::string place(const toml::source_region& region) const {
    return fmt::format("{}:{}:{}", file_, region.begin.line, region.begin.column);
  }

  template <typename... Args>
  void fault(const toml::source_region& region, fmt::format_string<Args...> format, Args&&... args) {
    reading_.faults.push_back(place(region) + ": " + fmt::format(format, std::forward<Args>(args)...));
  }

  const std::vector<Shape>& shapes_;
  const std::string& file_;
  Reading& reading_;
  std::set<std::string> faulty_;  // of what is being read
};

}  // namespace

Reading read_toml(const std::vector<Shape>& shapes, std::string_view text, const std::string& file) {
  Reading reading;
  if (const auto stray = first_stray(text)) {
    reading.faults.push_back(fmt::format("{}:{}:{}: {}", file, stray->line, stray->column, stray->why));
    reading.whole = false;
    return reading;
  }
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) {
    const auto& at = parsed.error().source().begin;
    reading.faults.push_back(
        fmt::format("{}:{}:{}: {}", file, at.line, at.column, base::escaped(parsed.error().description())));
    reading.whole = false;
    return reading;
  }
  Walk(shapes, file, reading).file(parsed.table());
  return reading;
}

}  // namespace config
