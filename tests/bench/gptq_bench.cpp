// GPTQ's cost on one block of a 1.1B shape (hidden 2048, ffn 5632, 32 heads over 4) as a ratio to the forward pass that
// calibrates it: 128 sequences of 512 tokens through the same linears. Random weights and activations.
//
// usage: gptq_bench [threads] [tokens of the forward pass that is timed]
#include <cblas.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <random>

#include "analysis/checkpoint/hf_config.h"
#include "analysis/model/open_model.h"
#include "quant/methods/gptq.h"

namespace {

using namespace oscope;

constexpr std::int64_t kCalibrationTokens = 128 * 512;

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<float> randomValues(std::int64_t count) {
  std::mt19937 random(static_cast<std::uint32_t>(count));
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random() >> 8) * 0x1p-23f - 1.0f;
  return values;
}

/// X^T X of `tokens` random rows.
compute::GramPtr randomGram(std::int64_t channels, std::int64_t tokens) {
  const std::vector<float> single = randomValues(channels * tokens);
  const std::vector<double> x(single.begin(), single.end());
  std::vector<double> gram(static_cast<std::size_t>(channels * channels));
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, static_cast<int>(channels), static_cast<int>(channels),
              static_cast<int>(tokens), 1.0, x.data(), static_cast<int>(channels), x.data(), static_cast<int>(channels),
              0.0, gram.data(), static_cast<int>(channels));
  return compute::gramOf(std::move(gram));
}

int run(int threads, std::int64_t tokens) {
  const Json config{{"model_type", "llama"},   {"hidden_size", 2048},         {"intermediate_size", 5632},
                    {"num_hidden_layers", 22}, {"num_attention_heads", 32},   {"num_key_value_heads", 4},
                    {"vocab_size", 32000},     {"tie_word_embeddings", false}};
  const model::ModelGraph graph = model::graphOfConfig(checkpoint::HfConfig(config, "1.1B shape"));
  openblas_set_num_threads(threads);
  std::map<std::int64_t, compute::GramPtr> grams;
  double forward = 0, gptq = 0;
  for (const model::LinearDesc& linear : graph.blocks[0].linears) {
    const std::vector<float> weight = randomValues(linear.out * linear.in), x = randomValues(tokens * linear.in);
    std::vector<float> y(static_cast<std::size_t>(tokens * linear.out));
    auto start = std::chrono::steady_clock::now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(tokens), static_cast<int>(linear.out),
                static_cast<int>(linear.in), 1.0f, x.data(), static_cast<int>(linear.in), weight.data(),
                static_cast<int>(linear.in), 0.0f, y.data(), static_cast<int>(linear.out));
    forward += secondsSince(start) * static_cast<double>(kCalibrationTokens) / static_cast<double>(tokens);

    if (grams.count(linear.in) == 0) grams[linear.in] = randomGram(linear.in, linear.in + 256);
    start = std::chrono::steady_clock::now();
    quant::gptqQuantize(weight, linear.out, linear.in, {4, 128, true}, DType::BF16,
                        quant::hessian(*grams[linear.in], linear.in + 256, {}), {}, {});
    const double seconds = secondsSince(start);
    gptq += seconds;
    fmt::print("  {:6} [{}, {}]  GPTQ {:7.2f} s\n", linear.role, linear.out, linear.in, seconds);
  }
  fmt::print("{} threads, one block of the 1.1B shape, {} calibration tokens\n", threads, kCalibrationTokens);
  fmt::print("  linears of the forward pass {:8.2f} s\n  GPTQ                        {:8.2f} s = {:.2f} x\n", forward,
             gptq, gptq / forward);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int index, int fallback) { return argc > index ? std::atoi(argv[index]) : fallback; };
  return run(argument(1, 2), argument(2, 2048));
}
