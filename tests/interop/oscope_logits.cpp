// Prints the float logits of a model for token ids, as a JSON array of rows: what the interop tests compare.
//   oscope_logits MODEL ID...
#include <fmt/format.h>

#include <cstdio>

#include "analysis/compute/backend_registry.h"
#include "analysis/forward/forward_runner.h"
#include "analysis/model/open_model.h"

int main(int argc, char** argv) {
  using namespace oscope;
  if (argc < 3) return 2;
  try {
    const model::OpenedModel model = model::openModel(argv[1]);
    std::vector<std::int32_t> ids;
    for (int i = 2; i < argc; ++i) ids.push_back(std::stoi(argv[i]));
    const auto backend = compute::cpuBackendFactory().create("cpu", {});
    const auto rows = static_cast<std::int64_t>(ids.size());
    const std::vector<float> logits =
        forward::forwardAll(model.graph, *model.weights, *backend, ids, compute::SequenceLayout::uniform(1, rows));
    for (std::size_t i = 0; i < logits.size(); ++i) fmt::print("{}{}", i == 0 ? "[" : ",", logits[i]);
    fmt::print("]\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
