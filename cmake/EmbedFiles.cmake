# Script behind oscope_embed(): writes FUNCTION() (qualified C++ name) that returns the given text files.
string(REGEX REPLACE "::[^:]+$" "" namespace "${FUNCTION}")
string(REGEX REPLACE "^.*::" "" name "${FUNCTION}")
set(entries "")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  get_filename_component(stem "${file}" NAME_WLE)
  string(APPEND entries "    {\"${stem}\", R\"oscope(${text})oscope\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from data files by cmake/EmbedFiles.cmake.
#include <span>

#include \"analysis/base/embedded_file.h\"

namespace ${namespace} {

std::span<const oscope::EmbeddedFile> ${name}();

std::span<const oscope::EmbeddedFile> ${name}() {
  static constexpr oscope::EmbeddedFile kFiles[] = {
${entries}  };
  return kFiles;
}

}  // namespace ${namespace}
")
