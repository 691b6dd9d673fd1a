// Group quantization of bf16 weights on a GPU: the share of the memory bandwidth that the same run measures by copies,
// with the folds of a linear, and the rate of the whole op, whose weights come from host memory and whose codes go
// back to it. Exit status 1 where the bar is missed.
//
// usage: bench_quantize_weight [cuda:N]
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "gpu/cuda_backend.h"
#include "gpu/kernels/weight_quant.h"
#include "tests/bench/lt_gemm.h"

namespace {

using namespace oscope;
using bench::DeviceBytes;

/// "Memory speed": what a kernel that reads and writes everything once must reach of a copy's bandwidth.
constexpr double kLeastShare = 0.75;

struct Case {
  std::int64_t out, in, group;
  int bits;
  bool folded;
};

/// Seconds of the kernels alone, and the bytes that they must move.
struct KernelTime {
  double seconds, bytes;
};
KernelTime timeKernels(const Case& c) {
  const auto elements = static_cast<std::size_t>(c.out * c.in), slots = elements / static_cast<std::size_t>(c.group);
  std::vector<std::unique_ptr<DeviceBytes>> weights;
  for (std::size_t i = bench::copiesBeyondCache(elements * 2); i > 0; --i) {
    weights.push_back(std::make_unique<DeviceBytes>(elements * 2, DeviceBytes::Random::Bf16));
  }
  const DeviceBytes codes(elements, 0), scales(slots * 4, 0), groupSums(slots * sizeof(gpu::SquarePair), 0);
  const DeviceBytes rowSums(static_cast<std::size_t>(c.out) * 16, 0), bad(8, 0xFF);
  const DeviceBytes columns(static_cast<std::size_t>(c.in) * 4, 0x3F), rows(static_cast<std::size_t>(c.out) * 4, 0x3F);
  gpu::WeightQuantArgs args;
  args.out = c.out;
  args.in = c.in;
  args.group = c.group;
  args.rule.bits = c.bits;
  args.columns = c.folded ? reinterpret_cast<const float*>(columns.data()) : nullptr;
  args.rows = c.folded ? reinterpret_cast<const float*>(rows.data()) : nullptr;
  args.scales = reinterpret_cast<float*>(scales.data());
  args.codes = codes.data();
  args.groupSums = reinterpret_cast<gpu::SquarePair*>(groupSums.data());
  args.rowSums = reinterpret_cast<double*>(rowSums.data());
  args.bad = reinterpret_cast<unsigned long long*>(bad.data());
  const double seconds = bench::secondsPerCall(16, [&](int i, cudaStream_t stream) {
    args.weight = weights[static_cast<std::size_t>(i) % weights.size()]->data();
    gpu::launchQuantizeWeight(args, stream);
  });
  const double perCode = gpu::packsCodes(args.rule, c.group) ? 0.5 : 1.0;
  return {seconds, static_cast<double>(elements) * (2 + perCode) + static_cast<double>(slots) * 4};
}

/// Weights per second of Backend::quantizeWeight, from and to host memory.
double wholeRate(compute::Backend& backend, const Case& c) {
  const auto elements = static_cast<std::size_t>(c.out * c.in);
  const auto bits = std::make_shared<std::vector<std::uint16_t>>(elements);
  std::uint64_t state = 1;
  for (std::uint16_t& word : *bits) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    word = floatToBf16(static_cast<float>(static_cast<std::int32_t>(state >> 32)) * 1e-11f);
  }
  const compute::HostTensor weight{bits->data(), DType::BF16, {c.out, c.in}, bits, "weight"};
  const auto run = [&] {
    const auto start = std::chrono::steady_clock::now();
    backend.quantizeWeight(*backend.prepareWeight(weight), {}, {c.bits, c.group, true, DType::BF16}, {});
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  run();  // warms up
  return static_cast<double>(elements) / std::min(run(), run());
}

int run(const std::string& id) {
  std::string reason;
  if (gpu::findDevices(reason).empty()) {
    fmt::print("no CUDA device: {}\n", reason);
    return 0;
  }
  gpu::CudaBackend backend(gpu::ordinalOf(id), {});
  const double bandwidth = bench::copyBandwidth();
  fmt::print("{}: memory {:.0f} GB/s by copies\n", backend.info().name, bandwidth * 1e-9);
  fmt::print("     N      K   group bits folded  kernel us   GB/s  % of copies   bar  whole op, weights/s\n");
  bool met = true;
  for (const Case& c :
       {Case{4096, 4096, 128, 4, false}, Case{4096, 11008, 128, 4, true}, Case{8192, 28672, 128, 4, true},
        Case{8192, 28672, 32, 4, true}, Case{8192, 28672, 64, 4, false}, Case{11008, 4096, 4096, 8, false},
        Case{8192, 28672, 28672, 8, true}}) {
    const KernelTime kernels = timeKernels(c);
    const double share = kernels.bytes / kernels.seconds / bandwidth;
    met = met && share >= kLeastShare;
    fmt::print("{:6} {:6} {:7} {:4} {:>6}  {:9.1f} {:6.0f}  {:11.0f}  {:4.0f}  {:.3g}\n", c.out, c.in, c.group, c.bits,
               c.folded ? "yes" : "no", kernels.seconds * 1e6, kernels.bytes / kernels.seconds * 1e-9, share * 100,
               kLeastShare * 100, wholeRate(backend, c));
  }
  return met ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "cuda:0");
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
