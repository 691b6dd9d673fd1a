// Writes a checkpoint with random bf16 weights: make_checkpoint FOLDER [HIDDEN FFN BLOCKS HEADS KV_HEADS VOCABULARY].
// The default has 1.1 billion parameters (hidden 2048, ffn 5632, 22 blocks, 32 heads, 4 key/value heads, 32,000 ids).
#include <fmt/format.h>

#include <cstdlib>
#include <exception>

#include "tests/support/random_checkpoint.h"

int main(int argc, char** argv) {
  using namespace oscope;
  if (argc != 2 && argc != 8) {
    fmt::print(stderr, "usage: make_checkpoint FOLDER [HIDDEN FFN BLOCKS HEADS KV_HEADS VOCABULARY]\n");
    return 2;
  }
  test::RandomShape shape{2048, 5632, 22, 32, 4, 32000, 2048, DType::BF16, 1};
  if (argc == 8) {
    std::int64_t* const fields[]{&shape.hidden, &shape.ffn,     &shape.blocks,
                                 &shape.heads,  &shape.kvHeads, &shape.vocabulary};
    for (int i = 0; i < 6; ++i) *fields[i] = std::atoll(argv[2 + i]);
  }
  try {
    test::writeRandomCheckpoint(argv[1], shape);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
