#include "config/command_line.hpp"

#include <CLI/CLI.hpp>

#include "config/value.hpp"

namespace config {
namespace {

// CLI11 takes the arguments apart; types and faults are ours, so that one run tells all of them.
class Flags {
 public:
  explicit Flags(const std::vector<Shape>& shapes) : shapes_(shapes) {
    app_.set_help_flag();
    app_.allow_extras();
    for (const Shape& shape : shapes) options_.push_back(shape.flag.empty() ? nullptr : added(shape));
  }

  Reading read(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app_.parse(arguments);
    } catch (const CLI::Error& error) {
      reading_.faults.push_back(error.what());
      reading_.whole = false;
    }
    for (std::size_t row = 0; row < shapes_.size(); ++row) take(row);
    complain_about_the_rest();
    return std::move(reading_);
  }

 private:
  // No value at all is allowed to CLI11, so that "--name --listen" is told as a missing value.
  CLI::Option* added(const Shape& shape) {
    auto* option = shape.kind == Kind::toggle ? app_.add_flag("--" + shape.flag) : app_.add_option("--" + shape.flag);
    if (shape.kind != Kind::toggle) option->expected(0, 1)->allow_extra_args(false);
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void take(std::size_t row) {
    const Shape& shape = shapes_[row];
    if (options_[row] == nullptr || options_[row]->count() == 0) return;
    const std::string origin = "--" + shape.flag;
    Assignment assignment{row, {}, origin};
    for (const std::string& text : options_[row]->results()) {
      if (text.empty()) {
        reading_.faults.push_back(fmt::format("{}: needs a value ({})", origin, shape.argument));
        reading_.faulty.insert(name_of(shape));
        continue;
      }
      if (!shape.many) assignment.words.clear();  // the last one holds
      for (Word& word : words_of(shape, shape.negated ? reversed(text) : text, origin)) {
        assignment.words.push_back(std::move(word));
      }
    }
    reading_.assignments.push_back(std::move(assignment));
  }

  static std::string reversed(const std::string& text) {
    const auto truth = toggle(text);
    if (!truth) return text;
    return *truth ? "false" : "true";
  }

  // A word behind an unknown flag is taken for its value and not told again.
  void complain_about_the_rest() {
    bool behind_unknown = false;
    for (const std::string& word : app_.remaining()) {
      const bool flag = word.starts_with('-') && word.size() > 1;
      if (flag) {
        const std::string name = word.substr(0, word.find('='));
        reading_.faults.push_back(fmt::format("{}: unknown option{}", base::escaped(name), suggestion(name, names())));
      } else if (!behind_unknown) {
        reading_.faults.push_back(fmt::format("\"{}\": unexpected argument", base::escaped(word)));
      }
      behind_unknown = flag && word.find('=') == std::string::npos;
    }
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Shape& shape : shapes_) {
      if (!shape.flag.empty()) names.push_back("--" + shape.flag);
    }
    return names;
  }

  const std::vector<Shape>& shapes_;
  CLI::App app_;
  std::vector<CLI::Option*> options_;  // one for each row, owned by app_
  Reading reading_;
};

void take_program(const std::vector<Shape>& shapes, std::vector<std::string> words, Reading& reading) {
  const auto row = std::find_if(shapes.begin(), shapes.end(), [](const Shape& shape) { return shape.flag.empty(); });
  if (row == shapes.end()) return reading.faults.push_back("--: nothing may stand behind it here");
  if (words.empty()) return reading.faults.push_back("--: a program must stand behind it");
  Assignment assignment{static_cast<std::size_t>(row - shapes.begin()), {}, "--"};
  for (std::string& word : words) assignment.words.push_back({std::move(word), "--"});
  reading.assignments.push_back(std::move(assignment));
}

}  // namespace

Reading read_flags(const std::vector<Shape>& shapes, const std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  Reading reading = Flags(shapes).read({arguments.begin(), dashes});
  if (dashes != arguments.end()) take_program(shapes, {dashes + 1, arguments.end()}, reading);
  return reading;
}

}  // namespace config
