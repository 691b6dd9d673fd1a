// Speed of the CPU forward pass on blocks of a 1.1B shape (hidden 2048, ffn 5632, 32 heads over 4, random bf16 weights)
// beside OpenBLAS's own SGEMM on the same products, in the same run and with the same threads; and the cost of all
// observers. Exit status 1 where a bar is missed.
//
// usage: forward_bench [threads] [tokens] [sequences] [repetitions]
#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>

#include "analysis/checkpoint/hf_config.h"
#include "analysis/compute/cpu_backend.h"
#include "analysis/forward/forward_runner.h"
#include "analysis/model/open_model.h"
#include "analysis/model/tensor_list.h"

namespace {

using namespace oscope;

constexpr double kLeastShareOfGemm = 0.80;
constexpr double kMostObserverCost = 0.15;

class RandomBlock final : public checkpoint::TensorSource {
 public:
  explicit RandomBlock(const model::ModelGraph& graph) {
    std::mt19937 random(1);
    for (const model::TensorNeed& need : model::blockTensors(graph, 0)) {
      std::int64_t count = 1;
      for (std::int64_t extent : need.shape) count *= extent;
      auto bits = std::make_shared<std::vector<std::uint16_t>>(static_cast<std::size_t>(count));
      for (std::uint16_t& word : *bits) {
        word = floatToBf16((static_cast<float>(random() >> 8) * 0x1p-23f - 1.0f) * 0.03f);
      }
      m_tensors[need.name] = {bits->data(), DType::BF16, need.shape, bits, need.name};
    }
  }
  bool contains(const std::string& name) const override { return m_tensors.count(name) > 0; }
  compute::HostTensor tensor(const std::string& name) const override { return m_tensors.at(name); }

 private:
  std::map<std::string, compute::HostTensor> m_tensors;
};

struct AllObservers final : forward::SiteHook {
  AllObservers(compute::Backend& backend, const model::BlockGraph& block) : backend(backend) {
    compute::ReductionSpec spec;
    spec.range = spec.moments = spec.histogram = spec.tokenAbsmax = true;
    spec.extremes = 64;
    for (std::int64_t row = 0; row < 64; ++row) spec.sampleRows.push_back(row * 8);
    for (const model::SiteDesc& site : block.sites) {
      accumulators[site.id.kind] = backend.makeAccumulator(site.channels, spec);
    }
  }
  void onSite(SiteId site, compute::Tensor& x, const compute::SequenceLayout& layout) override {
    backend.accumulate(*accumulators.at(site.kind), x, layout, 0);
  }
  compute::Backend& backend;
  std::map<SiteKind, std::unique_ptr<compute::SiteAccumulator>> accumulators;
};

// Best of the repetitions, each figure by itself. CPU time is that of all threads: on a machine that others use, too,
// it says more than the clock on the wall.
struct Best {
  double wall = 1e30, cpu = 1e30;
  void measure(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    const double cpuStart = cpuSeconds();
    work();
    wall = std::min(wall, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    cpu = std::min(cpu, cpuSeconds() - cpuStart);
  }
  static double cpuSeconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
};

// OpenBLAS with its own threads on the block's linears, weights already in float32.
class GemmAlone {
 public:
  GemmAlone(const model::BlockGraph& block, std::int64_t rows, int threads)
      : m_block(block), m_rows(rows), m_threads(threads) {
    std::size_t in = 0, out = 0, weight = 0;
    for (const model::LinearDesc& l : block.linears) {
      in = std::max(in, static_cast<std::size_t>(l.in));
      out = std::max(out, static_cast<std::size_t>(l.out));
      weight = std::max(weight, static_cast<std::size_t>(l.in * l.out));
    }
    m_x.assign(in * static_cast<std::size_t>(rows), 0.5f);
    m_y.assign(out * static_cast<std::size_t>(rows), 0.0f);
    m_w.assign(weight, 0.25f);
  }
  void run() {
    openblas_set_num_threads(m_threads);
    for (const model::LinearDesc& l : m_block.linears) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(m_rows), static_cast<int>(l.out),
                  static_cast<int>(l.in), 1.0f, m_x.data(), static_cast<int>(l.in), m_w.data(), static_cast<int>(l.in),
                  0.0f, m_y.data(), static_cast<int>(l.out));
    }
    openblas_set_num_threads(1);
  }

 private:
  const model::BlockGraph& m_block;
  std::int64_t m_rows;
  int m_threads;
  std::vector<float> m_x, m_y, m_w;
};

int run(int threads, std::int64_t tokens, std::int64_t sequences, int repetitions) {
  const Json config{{"model_type", "llama"},   {"hidden_size", 2048},         {"intermediate_size", 5632},
                    {"num_hidden_layers", 22}, {"num_attention_heads", 32},   {"num_key_value_heads", 4},
                    {"vocab_size", 32000},     {"tie_word_embeddings", false}};
  const model::ModelGraph graph = model::graphOfConfig(checkpoint::HfConfig(config, "1.1B shape"));
  const RandomBlock weights(graph);
  compute::CpuBackend backend(threads);
  forward::ForwardRunner runner(graph, backend);
  const forward::LoadedBlock block = runner.loadBlock(0, weights);
  const compute::SequenceLayout layout = compute::SequenceLayout::uniform(sequences, tokens);
  compute::Tensor hidden = backend.allocate(DType::F32, layout.rows(), graph.hidden);
  std::vector<float> start(static_cast<std::size_t>(hidden.rows * hidden.cols));
  std::mt19937 random(2);
  for (float& value : start) value = static_cast<float>(random() >> 8) * 0x1p-23f - 1.0f;
  AllObservers observers(backend, graph.blocks[0]);
  GemmAlone gemm(graph.blocks[0], layout.rows(), threads);

  double flops = 0;
  for (const model::LinearDesc& l : graph.blocks[0].linears) {
    flops += 2.0 * static_cast<double>(l.in) * static_cast<double>(l.out) * static_cast<double>(layout.rows());
  }
  // Taking turns: a busy machine slows all three alike.
  Best alone, plain, observed;
  for (int i = 0; i < repetitions; ++i) {
    alone.measure([&] { gemm.run(); });
    backend.upload(start.data(), hidden);
    plain.measure([&] { runner.runBlock(block, hidden, layout); });
    backend.upload(start.data(), hidden);
    observed.measure([&] { runner.runBlock(block, hidden, layout, &observers); });
  }
  const double share = alone.wall / plain.wall, cost = observed.wall / plain.wall - 1.0;
  fmt::print("{}\n{} threads, {} sequences of {} tokens, one block of the 1.1B shape, best of {}\n",
             backend.info().detail, threads, sequences, tokens, repetitions);
  fmt::print("                                  wall ms   CPU ms  GFLOP/s of the linears\n");
  const auto line = [&](const char* name, const Best& best) {
    fmt::print("  {:30} {:8.1f} {:8.1f}  {:7.1f}\n", name, best.wall * 1e3, best.cpu * 1e3, flops / best.wall * 1e-9);
  };
  line("OpenBLAS alone, the linears", alone);
  line("forward, attention and all", plain);
  line("forward with all observers", observed);
  fmt::print("  forward / OpenBLAS: {:.0f} % by the wall clock (bar: {:.0f} %), {:.0f} % by CPU time\n", share * 100,
             kLeastShareOfGemm * 100, alone.cpu / plain.cpu * 100);
  fmt::print("  observers: +{:.1f} % by the wall clock (bar: {:.0f} %), +{:.1f} % by CPU time\n", cost * 100,
             kMostObserverCost * 100, (observed.cpu / plain.cpu - 1.0) * 100);
  return share >= kLeastShareOfGemm && cost <= kMostObserverCost ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int index, int fallback) { return argc > index ? std::atoi(argv[index]) : fallback; };
  return run(argument(1, 2), argument(2, 512), argument(3, 1), argument(4, 10));
}
