#include "quant/methods/awq.h"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quant/methods/gptq.h"
#include "quant/numerics/quantize.h"
#include "quant/numerics/work_pieces.h"
#include "quant/policy/policy_rules.h"
#include "quant/transform/channel_scale.h"
#include "quant/transform/fold.h"

namespace oscope::quant {
namespace {

constexpr std::int64_t kRowsAtOnce = 256;             ///< bounds the float64 copies, and the time to a stop
constexpr AffineRange kRange = AffineRange::AsFound;  // AWQ's asymmetric groups are not widened to hold 0

/// Official AWQ leaves the range of q and k alone (auto_clip.py): attention scores are sensitive to it.
bool isClipped(const std::string& role) {
  return role != "q" && role != "k" && role != "qkv";
}

class Awq final : public QuantMethod {
 public:
  std::string id() const override { return "awq"; }
  std::string title() const override { return "AWQ weights"; }
  std::string summary() const override {
    return "Searches channel scales and clip limits that keep salient weights (arXiv 2306.00978).";
  }
  ParamSchema params() const override {
    return {{"scale", "Search scales", "20 powers of mean |x| per site with a fold edge.", "", true, {}, {}, {}},
            {"clip",
             "Search clip limits",
             "10 limits per group, 1 to 0.55 of its range; q and k are left.",
             "",
             true,
             {},
             {},
             {}},
            {"runtime_scales",
             "Scale at run time where nothing folds",
             "A multiply per channel at sites without an exact edge; most formats can't carry it.",
             "",
             false,
             {},
             {},
             {}}};
  }
  std::vector<std::string> observers(const ParamSet&) const override { return {"gram"}; }
  bool quantizesWeights() const override { return true; }
  bool searchesScale(const ParamSet& params) const override { return params.flag("scale"); }
  bool searchesClip(const ParamSet& params) const override { return params.flag("clip"); }

  void plan(const PlanContext& context, Plan& plan) const override {
    if (!context.params.flag("scale")) return;
    for (std::size_t i = 0; i < plan.sites.size(); ++i) {
      SitePlan& site = plan.sites[i];
      const stats::SiteStats& stats = context.snapshot.sites()[i];
      const std::string obstacle = obstacleAt(stats, context.recipe);
      if (obstacle.empty()) {
        site.foldEdge = stats.foldEdge;
        site.reason = fmt::format("AWQ searches a scale, folded into {}", stats.foldEdge);
      } else if (stats.foldEdge.empty() && context.params.flag("runtime_scales")) {
        site.foldEdge = kRuntimeEdge;
        site.reason = fmt::format("AWQ searches a scale that is divided out at run time: {}", obstacle);
      } else {
        site.reason = fmt::format("AWQ without a scale: {}", obstacle);
      }
    }
  }

  void searchScale(SiteWeights& site, const ParamSet&, const JobContext& context) const override {
    if (site.plan.foldEdge.empty()) return;
    const std::vector<double> h = hessian(*site.snapshot.gram(site.stats.id), site.stats.tokens, {}, context);
    std::vector<float> best;
    double lowest = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kAwqRatios; ++i) {
      std::vector<float> scale = awqScale(site.stats.meanAbs, i / static_cast<double>(kAwqRatios));
      double loss = 0;
      for (const SiteWeights::Reader& reader : site.readers) {
        context.checkCancelled();
        if (reader.plan->scheme.isFloat()) continue;
        loss += awqLoss(reader.weight, reader.plan->out, scale, h, reader.plan->scheme, site.recipe.rules.scaleDtype,
                        context);
      }
      if (loss < lowest) {
        lowest = loss;
        best = std::move(scale);
      }
    }
    if (best.empty()) return;
    setScale(site.plan, site.stats, std::move(best), site.plan.foldEdge);
    if (site.plan.activation.granularity == ActivationPlan::Granularity::Tensor) {
      setStatic(site.plan, site.recipe.rules, site.plan.activation.bits);
    }
  }

  void searchClip(SiteWeights& site, const ParamSet&, const JobContext& context) const override {
    const std::vector<double> h = hessian(*site.snapshot.gram(site.stats.id), site.stats.tokens, site.plan.scale,
                                          context, site.plan.shift, site.stats.mean);
    for (SiteWeights::Reader& reader : site.readers) {
      context.checkCancelled();
      if (reader.plan->scheme.isFloat() || !isClipped(reader.plan->role)) continue;
      *reader.clipLimits = awqClipLimits(reader.weight, reader.plan->out, reader.plan->in, h, reader.plan->scheme,
                                         site.recipe.rules.scaleDtype, context);
    }
  }

  compute::WeightCodes quantizeWeight(const WeightInput& input, const ParamSet&, const JobContext&) const override {
    return input.weight.quantize(input.backend, weightQuant(input.plan.scheme, input.plan.in, input.scaleDtype, kRange),
                                 input.clipLimits);
  }

 private:
  static std::string obstacleAt(const stats::SiteStats& stats, const Recipe& recipe) {
    std::string obstacle = whyNotFoldable(stats, recipe);
    if (!obstacle.empty()) return obstacle;
    return channelsShareRows(stats) ? "query heads share the rows of v, where AWQ has no scale" : "";
  }
};

}  // namespace

std::vector<float> awqScale(std::span<const float> meanAbs, double ratio) {
  std::vector<double> exact;
  for (float value : meanAbs) exact.push_back(std::max(std::pow(static_cast<double>(value), ratio), 1e-4));
  const auto [low, high] = std::minmax_element(exact.begin(), exact.end());
  const double norm = std::sqrt(*low * *high);
  std::vector<float> scale;
  for (double value : exact) scale.push_back(static_cast<float>(value / norm));
  return scale;
}

double awqLoss(std::span<const float> weight, std::int64_t out, std::span<const float> scale,
               std::span<const double> hessian, const WeightScheme& scheme, DType scaleDtype,
               const JobContext& context) {
  const std::size_t in = scale.size();
  const int n = static_cast<int>(in);
  double loss = 0;
  for (std::int64_t first = 0; first < out; first += kRowsAtOnce) {
    const std::int64_t rows = std::min(kRowsAtOnce, out - first);
    const std::span<const float> band =
        weight.subspan(static_cast<std::size_t>(first) * in, static_cast<std::size_t>(rows) * in);
    std::vector<float> folded(band.begin(), band.end());
    scaleColumns(folded, scale);
    const std::vector<float> rounded =
        dequantizeWeight(quantizeWeight(folded, rows, static_cast<std::int64_t>(in), scheme, scaleDtype, {}, kRange));
    std::vector<double> error(band.size()), product(band.size());
    for (std::size_t k = 0; k < error.size(); ++k) {
      error[k] = static_cast<double>(band[k]) - static_cast<double>(rounded[k]) / static_cast<double>(scale[k % in]);
    }
    const auto strip = static_cast<int>(unitsAtOnce(2.0 * static_cast<double>(rows) * n, n));
    context.checkCancelled();
    if (strip == n) {
      cblas_dsymm(CblasRowMajor, CblasRight, CblasUpper, static_cast<int>(rows), n, 1.0, hessian.data(), n,
                  error.data(), n, 0.0, product.data(), n);
    }
    for (int column = 0; strip < n && column < n; column += strip) {
      context.checkCancelled();
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(rows), std::min(strip, n - column), n,
                  1.0, error.data(), n, &hessian[static_cast<std::size_t>(column)], n, 0.0,
                  &product[static_cast<std::size_t>(column)], n);
    }
    for (std::size_t k = 0; k < error.size(); ++k) loss += error[k] * product[k];
  }
  return loss / 2;
}

std::vector<float> awqClipLimits(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                 std::span<const double> hessian, const WeightScheme& scheme, DType scaleDtype,
                                 const JobContext& context) {
  const compute::WeightQuant quant = weightQuant(scheme, in, scaleDtype, kRange);
  const auto width = static_cast<std::size_t>(quant.group), n = static_cast<std::size_t>(in);
  std::vector<float> limits;
  std::vector<double> errors(kAwqClipSteps * width), products(errors.size());  // [steps, width]
  for (std::size_t first = 0; first < static_cast<std::size_t>(out) * n; first += width) {
    context.checkCancelled();
    const std::span<const float> values = weight.subspan(first, width);
    float absmax = 0;
    for (float value : values) absmax = std::max(absmax, std::abs(value));
    const auto limitOf = [absmax](int step) {
      return static_cast<float>(absmax * (1 - step / static_cast<double>(kAwqRatios)));
    };
    for (int i = 0; i < kAwqClipSteps; ++i) {
      const float limit = limitOf(i);
      const GroupParams group = groupParams(values, quant, limit);
      for (std::size_t k = 0; k < width; ++k) {
        const std::int8_t code = quantizeInGroup(std::clamp(values[k], -limit, limit), group, quant);
        errors[static_cast<std::size_t>(i) * width + k] =
            static_cast<double>(values[k]) - static_cast<double>(group.scale) * (code - group.zero);
      }
    }
    // e^T H_gg e of all steps in one product: H_gg lies on the diagonal of H.
    const int columns = static_cast<int>(width);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kAwqClipSteps, columns, columns, 1.0, errors.data(), columns,
                &hessian[first % n * n + first % n], static_cast<int>(in), 0.0, products.data(), columns);
    float best = absmax;
    double lowest = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kAwqClipSteps; ++i) {
      const auto begin = static_cast<std::size_t>(i) * width;
      double loss = 0;
      for (std::size_t k = begin; k < begin + width; ++k) loss += errors[k] * products[k];
      if (loss < lowest) {
        lowest = loss;
        best = limitOf(i);
      }
    }
    limits.push_back(best);
  }
  return limits;
}

std::unique_ptr<QuantMethod> makeAwq() {
  return std::make_unique<Awq>();
}

}  // namespace oscope::quant
