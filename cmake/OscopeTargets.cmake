# What every target of the project shares: language level, warnings, sanitizers.

# Contraction is off: codes and folds are defined step by step (DESIGN: numeric rules), and a fused multiply-add
# would change last bits from one compiler to the next.
# -Wrestrict of g++ 12 reports "text" + std::string as overlapping (GCC bug 105651).
add_library(oscope_options INTERFACE)
target_include_directories(oscope_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(oscope_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -ffp-contract=off>)
if(OSCOPE_WERROR)
  target_compile_options(oscope_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(OSCOPE_SANITIZE)
  target_compile_options(oscope_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${OSCOPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
  target_link_options(oscope_options INTERFACE -fsanitize=${OSCOPE_SANITIZE})
endif()

# oscope_library(name): a static library whose folders add their own sources with target_sources().
function(oscope_library name)
  add_library(${name} STATIC)
  target_link_libraries(${name} PUBLIC oscope_options)
endfunction()

# oscope_embed(target FUNCTION oscope::app::configFiles FILES a.json b.json): compiles text files into the target.
# Call it in the folder of the target: a generated source is known there only.
# The caller declares `std::span<const EmbeddedFile> configFiles();` in its own header.
function(oscope_embed target)
  cmake_parse_arguments(E "" "FUNCTION" "FILES" ${ARGN})
  string(REPLACE "::" "_" stem ${E_FUNCTION})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${stem}.cpp)
  set(script ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake)
  add_custom_command(OUTPUT ${output} DEPENDS ${E_FILES} ${script} VERBATIM
    COMMAND ${CMAKE_COMMAND} "-DFUNCTION=${E_FUNCTION}" "-DFILES=${E_FILES}" "-DOUTPUT=${output}" -P ${script})
  target_sources(${target} PRIVATE ${output})
endfunction()
