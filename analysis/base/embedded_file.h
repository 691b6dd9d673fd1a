// Small data files that are compiled into the program (CMake: oscope_embed).
#pragma once

#include <string_view>

namespace oscope {

/// `name` is the file's name without folder and extension.
struct EmbeddedFile {
  std::string_view name, text;
};

}  // namespace oscope
