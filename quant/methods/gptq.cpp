#include "quant/methods/gptq.h"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "analysis/base/error.h"
#include "quant/numerics/inverse_factor.h"
#include "quant/numerics/quantize.h"
#include "quant/numerics/work_pieces.h"

namespace oscope::quant {
namespace {

constexpr std::int64_t kMostRows = 256;  ///< rows are independent: bounds the float64 copy of the weights
constexpr double kMostDamping = 1e4;     ///< beyond it H is not a Hessian
constexpr std::int64_t kBlock = 128;     ///< columns whose errors reach later blocks in one product

/// Quantizes rows [first, first + rows) of the permuted matrix in place, column by column.
class RowBand {
 public:
  RowBand(std::int64_t rows, std::int64_t in, const std::vector<double>& factor, const compute::WeightQuant& quant)
      : m_rows(rows), m_in(in), m_factor(factor), m_quant(quant) {}

  /// `weight` [rows, in] in processing order; codes and groups in the same order. `groups` [rows, in / group] is
  /// filled on the way unless `staticGroups`.
  void run(std::vector<double>& weight, std::int64_t group, const std::vector<std::int64_t>& groupOfColumn,
           bool staticGroups, std::vector<GroupParams>& groups, std::vector<std::int8_t>& codes,
           const JobContext& context) {
    const std::int64_t groupCount = m_in / group;
    const std::int64_t block = staticGroups || group >= kBlock ? kBlock : kBlock / group * group;
    std::vector<double> errors(static_cast<std::size_t>(m_rows * block));
    for (std::int64_t begin = 0, end = 0; begin < m_in; begin = end) {
      context.checkCancelled();
      end = std::min(begin + block, m_in);
      // A group starts with a block or inside one, never across its end: its first column has seen every error.
      if (!staticGroups && group > block) end = std::min(end, (begin / group + 1) * group);
      for (std::int64_t j = begin; j < end; ++j) {
        for (std::int64_t row = 0; row < m_rows; ++row) {
          double* w = &weight[static_cast<std::size_t>(row * m_in)];
          GroupParams& params =
              groups[static_cast<std::size_t>(row * groupCount + groupOfColumn[static_cast<std::size_t>(j)])];
          if (!staticGroups && j % group == 0) params = paramsOf(w + j, group);
          const std::int8_t code = quantizeInGroup(static_cast<float>(w[j]), params, m_quant);
          codes[static_cast<std::size_t>(row * m_in + j)] = code;
          const double* u = &m_factor[static_cast<std::size_t>(j * m_in)];
          const double error = (w[j] - static_cast<double>(params.scale) * (code - params.zero)) / u[j];
          errors[static_cast<std::size_t>(row * block + j - begin)] = error;
          for (std::int64_t k = j + 1; k < end; ++k) w[k] -= error * u[k];
        }
      }
      if (end == m_in) break;
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(m_rows), static_cast<int>(m_in - end),
                  static_cast<int>(end - begin), -1.0, errors.data(), static_cast<int>(block),
                  &m_factor[static_cast<std::size_t>(begin * m_in + end)], static_cast<int>(m_in), 1.0,
                  &weight[static_cast<std::size_t>(end)], static_cast<int>(m_in));
    }
  }

  GroupParams paramsOf(const double* values, std::int64_t count) const {
    const std::vector<float> single(values, values + count);
    return groupParams(single, m_quant);
  }

 private:
  std::int64_t m_rows, m_in;
  const std::vector<double>& m_factor;
  const compute::WeightQuant& m_quant;
};

/// The upper factor of the damped, permuted H; damping is raised until it exists.
std::vector<double> factorOf(std::vector<double> matrix, std::int64_t n, double damping, const JobContext& context) {
  const auto addToDiagonal = [&](double value) {
    for (std::int64_t j = 0; j < n; ++j) matrix[static_cast<std::size_t>(j * n + j)] += value;
  };
  double mean = 0;
  for (std::int64_t j = 0; j < n; ++j) mean += matrix[static_cast<std::size_t>(j * n + j)] / static_cast<double>(n);
  double used = damping;
  addToDiagonal(used * mean);
  while (!inverseUpperFactor(matrix, n, context)) {
    if (!(used < kMostDamping)) {
      throw Error(ErrorCode::NonFinite, "gram", "the Hessian can't be factored whatever the damping",
                  "calibrate again: the statistics are damaged");
    }
    addToDiagonal(9 * used * mean);
    used *= 10;
  }
  if (used > damping) {
    context.report(
        Diagnostic{Severity::Warning, "gptq.damping_raised", "",
                   fmt::format("the Hessian could not be factored with damping {:g}; {:g} was used", damping, used),
                   "calibrate with more tokens"});
  }
  return matrix;
}

/// H_ij := H_order(i),order(j), in place: a second matrix of a wide layer would fill gigabytes.
void permuteSymmetric(std::vector<double>& matrix, const std::vector<std::size_t>& order, const JobContext& context) {
  const std::size_t n = order.size();
  std::vector<double> row(n);
  for (std::size_t i = 0; i < n; ++i) {
    context.checkCancelled();
    std::copy_n(&matrix[i * n], n, row.begin());
    for (std::size_t j = 0; j < n; ++j) matrix[i * n + j] = row[order[j]];
  }
  // Rows along the cycles of the permutation.
  std::vector<bool> done(n);
  for (std::size_t start = 0; start < n; ++start) {
    if (done[start]) continue;
    context.checkCancelled();
    std::copy_n(&matrix[start * n], n, row.begin());
    std::size_t at = start;
    for (; order[at] != start; at = order[at]) {
      std::copy_n(&matrix[order[at] * n], n, &matrix[at * n]);
      done[at] = true;
    }
    std::copy_n(row.begin(), n, &matrix[at * n]);
    done[at] = true;
  }
}

class Gptq final : public QuantMethod {
 public:
  std::string id() const override { return "gptq"; }
  std::string title() const override { return "GPTQ weights"; }
  std::string summary() const override {
    return "Spreads each column's rounding error over later columns by second-order statistics (arXiv 2210.17323).";
  }
  ParamSchema params() const override {
    return {{"damping",
             "Damping",
             "Share of the mean diagonal of H that is added to it; 0.01 is official.",
             "",
             0.01,
             1e-6,
             10.0,
             {}},
            {"act_order",
             "Activation order",
             "Quantizes the columns of largest H first; groups are then static.",
             "",
             false,
             {},
             {},
             {}},
            {"groups",
             "Group scales",
             "updated: found when a group is reached, earlier errors included; static: all from the start.",
             "",
             std::string("updated"),
             {},
             {},
             {"updated", "static"}}};
  }
  std::vector<std::string> observers(const ParamSet&) const override { return {"gram"}; }
  bool quantizesWeights() const override { return true; }

  compute::WeightCodes quantizeWeight(const WeightInput& input, const ParamSet& params,
                                      const JobContext& context) const override {
    const GptqOptions options{params.number("damping"), params.flag("act_order"), params.text("groups") == "static"};
    std::vector<float> clipped;
    const std::span<const float> values = input.weight.values();
    std::span<const float> weight = values;
    if (!input.clipLimits.empty()) {
      clipped = clampToLimits(weight, input.clipLimits, effectiveGroup(input.plan.scheme, input.plan.in));
      weight = clipped;
    }
    compute::WeightCodes codes;
    codes.weight = gptqQuantize(weight, input.plan.out, input.plan.in, input.plan.scheme, input.scaleDtype,
                                hessian(*input.snapshot.gram(input.stats.id), input.stats.tokens, input.site.scale,
                                        context, input.site.shift, input.stats.mean),
                                options, context);
    codes.sums = squareSums(values, codes.weight);
    return codes;
  }
};

}  // namespace

std::vector<double> hessian(const compute::GramMatrix& gram, std::int64_t tokens, std::span<const float> scale,
                            const JobContext& context, std::span<const float> shift, std::span<const float> mean) {
  const std::int64_t channels = gram.channels();
  const auto n = static_cast<std::size_t>(channels);
  std::vector<double> h(n * n);
  const double factor = 2.0 / static_cast<double>(tokens);
  for (std::int64_t first = 0; first < channels; first += compute::kGramBand) {
    context.checkCancelled();
    const std::int64_t rows = std::min(compute::kGramBand, channels - first);
    gram.readRows(first, rows, h.data() + first * channels);
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + rows); ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        h[i * n + j] *= factor;
        if (!shift.empty()) {  // E[(x - z)(x - z)^T] = E[x x^T] - m z^T - z m^T + z z^T
          const double zi = shift[i], zj = shift[j];
          h[i * n + j] -= 2 * (mean[i] * zj + zi * mean[j] - zi * zj);
        }
        if (!scale.empty()) h[i * n + j] /= static_cast<double>(scale[i]) * static_cast<double>(scale[j]);
      }
    }
  }
  return h;
}

compute::QuantizedWeight gptqQuantize(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                      const WeightScheme& scheme, DType scaleDtype, std::vector<double> hessian,
                                      const GptqOptions& options, const JobContext& context) {
  const auto n = static_cast<std::size_t>(in);
  std::vector<bool> dead(n);
  for (std::size_t j = 0; j < n; ++j) {
    dead[j] = hessian[j * n + j] == 0;
    if (dead[j]) hessian[j * n + j] = 1;
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.actOrder) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return hessian[a * n + a] > hessian[b * n + b]; });
    permuteSymmetric(hessian, order, context);
  }
  const std::vector<double> factor = factorOf(std::move(hessian), in, options.damping, context);

  const compute::WeightQuant quant = weightQuant(scheme, in, scaleDtype);
  compute::QuantizedWeight result = compute::emptyQuantizedWeight(out, in, quant);
  const std::int64_t group = result.group, groups = result.groups();
  const bool staticGroups = options.staticGroups || options.actOrder;
  std::vector<std::int64_t> groupOfColumn(n);
  for (std::size_t j = 0; j < n; ++j) groupOfColumn[j] = static_cast<std::int64_t>(order[j]) / group;

  const std::int64_t band = std::min(kMostRows, unitsAtOnce(2.0 * static_cast<double>(kBlock * in), out));
  for (std::int64_t first = 0; first < out; first += band) {
    const std::int64_t rows = std::min(band, out - first);
    RowBand rowBand(rows, in, factor, quant);
    std::vector<double> work(static_cast<std::size_t>(rows) * n);
    std::vector<std::int8_t> codes(work.size());
    std::vector<GroupParams> params(static_cast<std::size_t>(rows * groups));
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      const std::size_t source = (static_cast<std::size_t>(first) + row) * n;
      std::vector<double> original(n);
      for (std::size_t j = 0; j < n; ++j) original[j] = dead[j] ? 0.0 : weight[source + j];
      for (std::size_t j = 0; j < n; ++j) work[row * n + j] = original[order[j]];
      if (!staticGroups) continue;
      for (std::int64_t g = 0; g < groups; ++g) {
        params[row * static_cast<std::size_t>(groups) + static_cast<std::size_t>(g)] =
            rowBand.paramsOf(&original[static_cast<std::size_t>(g * group)], group);
      }
    }
    rowBand.run(work, group, groupOfColumn, staticGroups, params, codes, context);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      const std::size_t target = (static_cast<std::size_t>(first) + row) * n;
      for (std::size_t j = 0; j < n; ++j) result.codes[target + order[j]] = codes[row * n + j];
    }
    for (std::size_t slot = 0; slot < params.size(); ++slot) {
      const std::size_t target = static_cast<std::size_t>(first * groups) + slot;
      result.scales[target] = params[slot].scale;
      if (!scheme.symmetric) result.zeros[target] = params[slot].zero;
    }
  }
  return result;
}

std::unique_ptr<QuantMethod> makeGptq() {
  return std::make_unique<Gptq>();
}

}  // namespace oscope::quant
