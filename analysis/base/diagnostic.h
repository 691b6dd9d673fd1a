// What a stage found and the user should know: a value, never an exception, never printed here.
#pragma once

#include <string>
#include <vector>

namespace oscope {

enum class Severity { Info, Warning, Error };

/// `code` is stable and machine-readable ("weights.non_finite"); `where` names file, tensor, block, site or channel.
struct Diagnostic {
  Severity severity = Severity::Info;
  std::string code;
  std::string where;
  std::string text;
  std::string remedy;
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace oscope
