#include "quant/methods/osplus.h"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/base/number_text.h"
#include "analysis/model/open_model.h"
#include "quant/numerics/quantize.h"
#include "quant/numerics/work_pieces.h"
#include "quant/policy/policy_rules.h"
#include "quant/transform/fold.h"

namespace oscope::quant {
namespace {

constexpr double kLowestThreshold = 0.1, kThresholdStep = 0.5;  // quant_opt.py, migration_llama.py
constexpr int kFewestThresholds = 100;

/// Largest |x - z| of every channel, as numbers that a scale divides.
std::vector<double> centredRanges(const OsplusSite& site) {
  std::vector<double> ranges;
  for (std::size_t j = 0; j < site.max.size(); ++j) {
    const double shift = site.shift.empty() ? 0.0 : site.shift[j];
    ranges.push_back(std::max({site.max[j] - shift, shift - site.min[j], 0.0}));
  }
  return ranges;
}

/// One candidate's products beside the exact ones.
class LossMeter {
 public:
  LossMeter(const OsplusSite& site, const JobContext& context)
      : m_site(site), m_context(context), m_channels(site.max.size()), m_centred(site.rows.begin(), site.rows.end()) {
    for (std::size_t i = 0; !site.shift.empty() && i < m_centred.size(); ++i) {
      m_centred[i] -= site.shift[i % m_channels];
    }
  }

  double loss(const std::vector<float>& scale, double rangeAfter) const {
    const float step = staticActivationScale(rangeAfter, m_site.activationBits, m_site.scaleDtype);
    const float top = static_cast<float>(largestCode(m_site.activationBits));
    std::vector<float> rounded(m_centred.size());
    for (std::size_t i = 0; i < rounded.size(); ++i) {
      const float code = std::nearbyint(m_centred[i] / scale[i % m_channels] / step);
      rounded[i] = step * std::clamp(code, -top - 1.0f, top);
    }
    double sum = 0;
    for (const OsplusSite::Reader& reader : m_site.readers) sum += readerLoss(reader, scale, rounded);
    return sum / static_cast<double>(rows());
  }

 private:
  std::int64_t rows() const { return static_cast<std::int64_t>(m_centred.size() / m_channels); }

  /// Sum over rows and outputs, in bands of outputs.
  double readerLoss(const OsplusSite::Reader& reader, const std::vector<float>& scale,
                    const std::vector<float>& rounded) const {
    const auto in = static_cast<std::int64_t>(m_channels);
    const std::int64_t atOnce = unitsAtOnce(4.0 * static_cast<double>(rows() * in), reader.out);
    const auto product = [&](const std::vector<float>& x, const float* weight, std::int64_t outputs, float factor,
                             float keep, std::vector<float>& y) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(rows()), static_cast<int>(outputs),
                  static_cast<int>(in), factor, x.data(), static_cast<int>(in), weight, static_cast<int>(in), keep,
                  y.data(), static_cast<int>(outputs));
    };
    double sum = 0;
    for (std::int64_t first = 0; first < reader.out; first += atOnce) {
      m_context.checkCancelled();
      const std::int64_t outputs = std::min(atOnce, reader.out - first);
      const std::span<const float> band =
          reader.weight.subspan(static_cast<std::size_t>(first * in), static_cast<std::size_t>(outputs * in));
      std::vector<float> folded(band.begin(), band.end());
      scaleColumns(folded, scale);
      if (!reader.scheme.isFloat()) {
        folded = dequantizeWeight(quantizeWeight(folded, outputs, in, reader.scheme, m_site.scaleDtype));
      }
      std::vector<float> difference(static_cast<std::size_t>(rows() * outputs));
      product(rounded, folded.data(), outputs, 1.0f, 0.0f, difference);
      product(m_centred, band.data(), outputs, -1.0f, 1.0f, difference);
      for (const float value : difference) sum += static_cast<double>(value) * value;
    }
    return sum;
  }

  const OsplusSite& m_site;
  const JobContext& m_context;
  std::size_t m_channels;
  std::vector<float> m_centred;  ///< x - z [rows, channels]
};

class Osplus final : public QuantMethod {
 public:
  std::string id() const override { return "osplus"; }
  std::string title() const override { return "Outlier Suppression+"; }
  std::string summary() const override {
    return "Centres and scales the channels behind norms by one searched threshold; other sites get a scale per token "
           "(arXiv 2304.09145).";
  }

  ParamSchema params() const override {
    return {{"rows",
             "Rows of the search",
             "Calibration tokens that losses are measured on, of those that the snapshot kept whole.",
             "tokens",
             std::int64_t{128},
             1,
             65536,
             {}},
            {"shift",
             "Centre channels",
             "Subtracts the middle of each channel's range where norm and readers have biases.",
             "",
             true,
             {},
             {},
             {}}};
  }
  std::vector<std::string> observers(const ParamSet&) const override { return {"rows"}; }
  bool searchesScale(const ParamSet&) const override { return true; }

  void plan(const PlanContext& context, Plan& plan) const override {
    const checkpoint::HfConfig config(context.snapshot.provenance().config, "the snapshot's model config");
    const model::ModelGraph graph = model::graphOfConfig(config);
    for (std::size_t i = 0; i < plan.sites.size(); ++i) {
      SitePlan& site = plan.sites[i];
      const stats::SiteStats& stats = context.snapshot.sites()[i];
      const std::string obstacle = whyNotFoldable(stats, context.recipe);
      if (stats.foldEdge != "norm" || !obstacle.empty()) {
        site.policy = Policy::Dynamic;
        site.reason = fmt::format("v = {}, per token: {}", formatRange(site.range),
                                  obstacle.empty() ? "no norm feeds the site" : obstacle);
        setDynamic(site, context.recipe.rules);
        continue;
      }
      const bool centred = context.params.flag("shift") && hasBiases(graph, site.id);
      if (centred) site.shift = osplusShift(stats.max, stats.min);
      site.policy = Policy::Static;
      site.foldEdge = stats.foldEdge;
      site.reason = fmt::format("v = {}; OS+ searches a scale{}, folded into {}", formatRange(site.range),
                                centred ? " for centred channels" : "", stats.foldEdge);
      setStatic(site, context.recipe.rules);
    }
  }

  void searchScale(SiteWeights& site, const ParamSet& params, const JobContext& context) const override {
    if (site.plan.foldEdge.empty()) return;
    const stats::SiteDetail detail = site.snapshot.detail(site.stats.id);
    const std::size_t kept = std::min(detail.rowTokens.size(), static_cast<std::size_t>(params.integer("rows")));
    OsplusSite search{site.stats.max, site.stats.min, site.plan.shift, detail.rows, {}};
    search.rows = search.rows.first(kept * static_cast<std::size_t>(site.stats.channels));
    search.activationBits = site.recipe.rules.activationBits;
    search.scaleDtype = site.recipe.rules.scaleDtype;
    for (const SiteWeights::Reader& reader : site.readers) {
      search.readers.push_back({reader.weight, reader.plan->out, reader.plan->scheme});
    }
    OsplusChoice choice = osplusSearch(search, context);
    setScale(site.plan, site.stats, std::move(choice.scale), site.plan.foldEdge);
    site.plan.rangeAfter = choice.rangeAfter;
    if (site.plan.activation.granularity == ActivationPlan::Granularity::Tensor) {
      setStatic(site.plan, site.recipe.rules, site.plan.activation.bits);
    }
  }

 private:
  /// Of the norm, which gives up z, and of all readers, which take it.
  static bool hasBiases(const model::ModelGraph& graph, SiteId id) {
    const model::BlockGraph& block = graph.blocks.at(static_cast<std::size_t>(id.block));
    const model::SiteDesc& site = block.site(id.kind);
    return !block.norms.at(static_cast<std::size_t>(site.fold->producer)).bias.empty() &&
           std::none_of(site.readers.begin(), site.readers.end(),
                        [&](int reader) { return block.linears.at(static_cast<std::size_t>(reader)).bias.empty(); });
  }
};

}  // namespace

std::vector<float> osplusShift(std::span<const float> max, std::span<const float> min) {
  std::vector<float> shift;
  for (std::size_t j = 0; j < max.size(); ++j) {
    shift.push_back(static_cast<float>((static_cast<double>(max[j]) + min[j]) / 2));
  }
  return shift;
}

OsplusChoice osplusSearch(const OsplusSite& site, const JobContext& context) {
  const std::vector<double> ranges = centredRanges(site);
  const double largest = *std::max_element(ranges.begin(), ranges.end());
  const int count = std::max(kFewestThresholds, static_cast<int>(std::ceil(largest / kThresholdStep)));
  const LossMeter meter(site, context);
  OsplusChoice best;
  double lowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < count; ++i) {
    const double threshold = largest - i * (largest - kLowestThreshold) / count;
    std::vector<float> scale;
    double after = 0;
    for (const double range : ranges) {
      scale.push_back(threshold > 0 ? static_cast<float>(std::max(1.0, range / threshold)) : 1.0f);
      after = std::max(after, range / static_cast<double>(scale.back()));
    }
    const double loss = meter.loss(scale, after);
    best.losses.push_back(loss);
    if (!(loss < lowest)) continue;
    lowest = loss;
    best.threshold = threshold;
    best.scale = std::move(scale);
    best.rangeAfter = after;
  }
  return best;
}

std::unique_ptr<QuantMethod> makeOsplus() {
  return std::make_unique<Osplus>();
}

}  // namespace oscope::quant
