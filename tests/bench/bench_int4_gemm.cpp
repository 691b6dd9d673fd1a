// The int8 x int4 group product beside cuBLASLt's bf16 and int8 products and beside the roof, all in one run.
// Operands are rotated through more memory than the second-level cache holds, so weights come from device memory, as
// they do in a model. Exit status 1 where a bar is missed or a result is wrong.
//
// usage: bench_int4_gemm [cuda:N]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "gpu/cuda_backend.h"
#include "gpu/device_quantization.h"
#include "tests/bench/lt_gemm.h"

namespace {

using namespace oscope;
using bench::DeviceBytes, bench::LtGemm, bench::LtType;

constexpr std::int64_t kGroup = 128;
/// Bars: faster than bf16 at every M; this many times as fast where the product reads weights for few rows.
constexpr double kSkinnyBar = 2.5;
constexpr std::int64_t kSkinnyRows = 16;

struct Roofs {
  double int8Rate = 0, bandwidth = 0;  ///< operations and bytes per second
};

double best(const LtGemm& gemm, int calls, const std::vector<std::unique_ptr<DeviceBytes>>& weights, const char* x,
            char* y) {
  double seconds = INFINITY;
  for (int a = 0; a < gemm.algorithms(); ++a) {
    seconds = std::min(seconds, bench::secondsPerCall(calls, [&](int i, cudaStream_t stream) {
                         gemm.run(a, x, weights[static_cast<std::size_t>(i) % weights.size()]->data(), y, stream);
                       }));
  }
  return seconds;
}

Roofs measureRoofs() {
  constexpr std::int64_t kSize = 8192;
  Roofs roofs;
  std::vector<std::unique_ptr<DeviceBytes>> w;
  w.push_back(std::make_unique<DeviceBytes>(kSize * kSize, DeviceBytes::Random::Int8));
  const DeviceBytes x(kSize * kSize, DeviceBytes::Random::Int8), y(kSize * kSize * 4, 0);
  roofs.int8Rate =
      2.0 * kSize * kSize * kSize / best(LtGemm(LtType::Int8, kSize, kSize, kSize), 10, w, x.data(), y.data());
  roofs.bandwidth = bench::copyBandwidth();
  return roofs;
}

/// Random codes and scales, several times over on the device, with what is needed to check a product.
struct Problem {
  std::int64_t out, in;
  compute::QuantizedWeight weight;
  std::vector<std::unique_ptr<gpu::DeviceQuantizedWeight>> copies;
  std::vector<std::int8_t> codes;  ///< [rows, in]
  std::vector<float> scales;       ///< [rows]
};

/// The documented sum (gpu/kernels/int_gemm_math.h) of one element.
float documented(const Problem& problem, std::int64_t row, std::int64_t n, bool skinny) {
  const compute::QuantizedWeight& w = problem.weight;
  const gpu::IntShape shape = gpu::intShapeOf(w.out, w.in, w.group, w.bits);
  const auto run = [&](std::int64_t first, std::int64_t last) {
    float sum = 0;
    for (std::int64_t g = first; g < last; ++g) {
      std::int32_t acc = 0;
      for (std::int64_t k = g * w.group; k < (g + 1) * w.group; ++k) {
        acc +=
            problem.codes[static_cast<std::size_t>(row * w.in + k)] * w.codes[static_cast<std::size_t>(n * w.in + k)];
      }
      sum = std::fmaf(w.scales[static_cast<std::size_t>(n * w.groups() + g)], static_cast<float>(acc), sum);
    }
    return sum;
  };
  float sum = 0;
  for (int slice = 0; slice < (skinny ? gpu::kSlices : 1); ++slice) {
    const gpu::StepRange range = skinny ? gpu::sliceOf(shape, slice) : gpu::StepRange{0, shape.steps};
    const float part = run(range.first / shape.stepsPerGroup, range.last / shape.stepsPerGroup);
    sum = slice == 0 ? part : sum + part;
  }
  return std::fmaf(problem.scales[static_cast<std::size_t>(row)], sum, 0.0f);
}

bool isCorrect(const Problem& problem, std::int64_t rows, const float* y) {
  std::vector<float> result(static_cast<std::size_t>(rows * problem.out));
  bench::check(cudaMemcpy(result.data(), y, result.size() * sizeof(float), cudaMemcpyDeviceToHost), "result");
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    const auto row = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rows));
    const auto n = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(problem.out));
    if (result[static_cast<std::size_t>(row * problem.out + n)] != documented(problem, row, n, rows <= kSkinnyRows)) {
      return false;
    }
  }
  return true;
}

Problem makeProblem(const std::shared_ptr<gpu::CudaDevice>& device, std::int64_t out, std::int64_t in,
                    std::int64_t rows) {
  Problem problem{out, in, {out, in, 4, kGroup, {}, {}, {}}, {}, {}, {}};
  std::mt19937 random(4);
  for (std::int64_t i = 0; i < out * in; ++i) {
    problem.weight.codes.push_back(static_cast<std::int8_t>(static_cast<int>(random() >> 28) - 8));
  }
  for (std::int64_t i = 0; i < out * in / kGroup; ++i) {
    problem.weight.scales.push_back(static_cast<float>(random() >> 20) * 1e-6f);
  }
  for (std::int64_t i = 0; i < rows * in; ++i) {
    problem.codes.push_back(static_cast<std::int8_t>(static_cast<int>(random() >> 24) - 128));
  }
  for (std::int64_t r = 0; r < rows; ++r) problem.scales.push_back(static_cast<float>(random() >> 20) * 1e-5f);
  gpu::CodeUploader uploader(device);
  for (std::size_t i = bench::copiesBeyondCache(static_cast<std::size_t>(out * in / 2)); i > 0; --i) {
    problem.copies.push_back(std::make_unique<gpu::DeviceQuantizedWeight>(device, uploader, problem.weight));
  }
  device->compute().synchronize("weights");
  return problem;
}

/// One line of the table; false where a bar is missed.
bool measure(const std::shared_ptr<gpu::CudaDevice>& device, const Problem& problem, std::int64_t rows,
             const Roofs& roofs) {
  const std::int64_t out = problem.out, in = problem.in;
  const auto elements = static_cast<std::size_t>(out * in);
  const DeviceBytes x(static_cast<std::size_t>(rows * in) * 2, DeviceBytes::Random::Bf16),
      scales(static_cast<std::size_t>(rows) * 4, 0);
  const DeviceBytes y(static_cast<std::size_t>(rows * out) * 4, 0);
  const int calls = static_cast<int>(std::clamp<std::int64_t>((std::int64_t{1} << 42) / (rows * out * in), 16, 128));

  std::vector<std::unique_ptr<DeviceBytes>> weights;
  for (std::size_t i = bench::copiesBeyondCache(elements * 2); i > 0; --i) {
    weights.push_back(std::make_unique<DeviceBytes>(elements * 2, DeviceBytes::Random::Bf16));
  }
  const LtGemm bf16(LtType::Bf16, rows, in, out);
  const double bf16Seconds = best(bf16, calls, weights, x.data(), y.data());
  const LtGemm int8(LtType::Int8, rows, in, out);
  const double int8Seconds = best(int8, calls, weights, x.data(), y.data());

  bench::check(cudaMemcpy(x.data(), problem.codes.data(), static_cast<std::size_t>(rows * in), cudaMemcpyHostToDevice),
               "codes");
  bench::check(
      cudaMemcpy(scales.data(), problem.scales.data(), static_cast<std::size_t>(rows) * 4, cudaMemcpyHostToDevice),
      "scales");
  gpu::IntGemmArgs args;
  args.shape = problem.copies.front()->shape();
  args.rows = rows;
  args.codes = reinterpret_cast<const std::int8_t*>(x.data());
  args.codeScales = reinterpret_cast<const float*>(scales.data());
  args.y = reinterpret_cast<float*>(y.data());
  const gpu::IntPath path = gpu::intPathOf(rows, out, device->multiprocessors());
  const double seconds = bench::secondsPerCall(calls, [&](int i, cudaStream_t stream) {
    const gpu::DeviceQuantizedWeight& weight = *problem.copies[static_cast<std::size_t>(i) % problem.copies.size()];
    args.words = weight.words();
    args.scales = weight.scales();
    gpu::launchIntGemm(args, path, stream);
  });
  const bool correct = isCorrect(problem, rows, args.y);

  const double bytes = static_cast<double>(elements) * 0.5 + static_cast<double>(elements / kGroup) * 4 +
                       static_cast<double>(rows * in) + static_cast<double>(rows * out) * 4;
  const double roof = std::max(bytes / roofs.bandwidth,
                               2.0 * static_cast<double>(rows) * static_cast<double>(elements) / roofs.int8Rate);
  const double bar = rows <= kSkinnyRows ? kSkinnyBar : 1.0, gain = bf16Seconds / seconds;
  const bool met = correct && (rows <= kSkinnyRows ? gain >= bar : gain > bar);
  const std::string int8Text = std::isfinite(int8Seconds) ? fmt::format("{:.1f}", int8Seconds * 1e6) : "none";
  fmt::print("{:6} {:6} {:6}  {:9.1f} {:9.1f} {:>9}  {:7.2f} {:7.1f}  {:8.0f}   {}\n", rows, out, in, seconds * 1e6,
             bf16Seconds * 1e6, int8Text, gain, bar, roof / seconds * 100,
             !correct ? "WRONG"
             : met    ? "ok"
                      : "MISSED");
  return met;
}

int run(const std::string& id) {
  std::string reason;
  if (gpu::findDevices(reason).empty()) {
    fmt::print("no CUDA device: {}\n", reason);
    return 0;
  }
  const auto device = std::make_shared<gpu::CudaDevice>(gpu::ordinalOf(id), std::uint64_t{0});
  device->makeCurrent();
  const Roofs roofs = measureRoofs();
  fmt::print("{}: int8 {:.0f} TOPS by cuBLASLt, memory {:.0f} GB/s by copies\n", device->info().name,
             roofs.int8Rate * 1e-12, roofs.bandwidth * 1e-9);
  fmt::print("     M      N      K    int4 us   bf16 us   int8 us  x bf16     bar  % of roof\n");
  bool met = true;
  for (const auto& [out, in] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{8192, 21760}, {4096, 4096}, {4096, 11008}}) {
    const Problem problem = makeProblem(device, out, in, 4096);
    for (const std::int64_t rows : {1, 16, 128, 1024, 4096}) met = measure(device, problem, rows, roofs) && met;
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
