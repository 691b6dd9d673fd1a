// Writes the snapshot of a made-up large model: make_snapshot FILE.oscope.h5 [BLOCKS HIDDEN FFN HEADS KV_HEADS].
// The default is the shape of a 70B model (80 blocks, hidden 8192, ffn 28,672).
#include <fmt/format.h>

#include <cstdlib>
#include <exception>

#include "tests/support/scale_snapshot.h"

int main(int argc, char** argv) {
  using namespace oscope;
  if (argc != 2 && argc != 7) {
    fmt::print(stderr, "usage: make_snapshot FILE.oscope.h5 [BLOCKS HIDDEN FFN HEADS KV_HEADS]\n");
    return 2;
  }
  test::ScaleShape shape;
  if (argc == 7) {
    shape.blocks = std::atoi(argv[2]);
    std::int64_t* const fields[]{&shape.hidden, &shape.ffn, &shape.heads, &shape.kvHeads};
    for (int i = 0; i < 4; ++i) *fields[i] = std::atoll(argv[3 + i]);
  }
  try {
    fmt::print("{}\n", test::writeScaleSnapshot(shape, argv[1]));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
