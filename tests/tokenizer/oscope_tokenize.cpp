// oscope_tokenize TOKENIZER TEXT [--plain]: the ids of a file's text, one per line, for comparisons with other
// programs.
// --plain leaves out what the post-processor adds; --decode prints the text that the ids give again.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "analysis/checkpoint/tokenizer.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string mode = argc > 3 ? argv[3] : "";
  try {
    const auto tokenizer = oscope::checkpoint::loadTokenizerFile(argv[1]);
    std::ifstream file(argv[2], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto ids = tokenizer->encode(text, mode != "--plain");
    if (mode == "--decode") {
      std::cout << tokenizer->decode(ids);
    } else {
      for (const auto id : ids) std::printf("%d\n", id);
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
