# Fails with the names of the files that clang-format would change.
execute_process(COMMAND ${CLANG_FORMAT} --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "version 14\\.")
  message(STATUS "skipped: the sources are formatted with clang-format 14, this is ${version}")
  return()
endif()
set(patterns "")
foreach(folder analysis quant gpu app tests)
  list(APPEND patterns ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.cu
       ${ROOT}/${folder}/*.cuh)
endforeach()
cmake_policy(SET CMP0009 NEW)  # follow no links
file(GLOB_RECURSE files ${patterns})
list(FILTER files EXCLUDE REGEX "/\\.venv/")  # other people's headers, beside the interop tests
execute_process(COMMAND ${CLANG_FORMAT} --dry-run --Werror --ferror-limit=1 ${files}
                RESULT_VARIABLE result ERROR_VARIABLE findings)
if(result)
  string(REGEX MATCHALL "[^\n]*error: code should be clang-formatted[^\n]*" lines "${findings}")
  list(JOIN lines "\n" lines)
  message(FATAL_ERROR "run clang-format -i on:\n${lines}")
endif()
