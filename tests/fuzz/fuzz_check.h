// What a fuzzer demands of accepted input: a broken promise ends the process, which libFuzzer and the replay notice.
#pragma once

#include <cstdio>
#include <cstdlib>

#define OSCOPE_FUZZ_CHECK(condition)                                                       \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      std::fprintf(stderr, "%s:%d: promise broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                        \
    }                                                                                      \
  } while (false)
