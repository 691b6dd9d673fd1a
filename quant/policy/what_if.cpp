#include "quant/policy/what_if.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>

#include "analysis/base/thread_pool.h"
#include "quant/methods/fptq.h"
#include "quant/numerics/quantize.h"
#include "quant/policy/noise_model.h"
#include "quant/policy/policy_rules.h"

namespace oscope::quant {
namespace {

constexpr double kUnclipped = std::numeric_limits<double>::infinity();

/// ||W_:j||^2 summed over the readers: what a squared error of channel j costs in the outputs.
std::vector<double> channelWeights(const stats::SiteStats& site) {
  std::vector<double> weights(static_cast<std::size_t>(site.channels));
  for (const stats::ReaderStats& reader : site.readers) {
    for (std::size_t j = 0; j < weights.size(); ++j) {
      weights[j] += static_cast<double>(reader.columnNorms[j]) * reader.columnNorms[j];
    }
  }
  return weights;
}

/// Largest |x_j / s_j| of every sampled token.
std::vector<float> foldedTokenAbsmax(const stats::SiteDetail& detail, const std::vector<float>& scale) {
  std::vector<float> maxima;
  for (std::size_t x = 0; x + scale.size() <= detail.rows.size(); x += scale.size()) {
    float& absmax = maxima.emplace_back(0.0f);
    for (std::size_t j = 0; j < scale.size(); ++j) absmax = std::max(absmax, std::abs(detail.rows[x + j]) / scale[j]);
  }
  return maxima;
}

/// Squared output error of the activation's rounding, summed over all tokens.
double activationNoise(const stats::SiteStats& site, const stats::SiteDetail& detail, const WhatIf& question,
                       const std::vector<float>& scale) {
  const int bits = question.rules.activationBits;
  std::vector<ScaleBucket> steps;
  double topCode = kUnclipped;
  if (question.policy == Policy::Dynamic) {
    steps = tokenScales(scale.empty() ? site.tokenAbsmax : foldedTokenAbsmax(detail, scale),
                        activationDivisor(question.rules, bits));
  } else {
    const double range = rangeAfter(site, scale) * question.clip;
    steps = {{staticActivationScale(range, bits, question.rules.scaleDtype), 1}};
    topCode = largestCode(bits);
  }
  const bool clustered = question.policy == Policy::Static && !question.clusters.labels.empty();
  double noise = 0;
  if (scale.empty() && !clustered) {
    for (const ScaleBucket& step : steps) {
      noise += step.share * histogramNoise<double>(site.weightedHistogram, step.scale, topCode, site.range());
    }
    return noise;
  }
  const std::vector<double> weights = channelWeights(site);
  for (std::size_t j = 0; j < weights.size(); ++j) {
    const auto counts = std::span(detail.histogram).subspan(j * compute::kHistogramBins, compute::kHistogramBins);
    if (clustered) {
      const double step = question.clusters.scales[static_cast<std::size_t>(question.clusters.labels[j])];
      noise += weights[j] * histogramNoise<std::uint32_t>(counts, step, kUnclipped, site.absmax[j]);
      continue;
    }
    for (const ScaleBucket& step : steps) {
      // In units of the unfolded channel the step is s_j times as long.
      const double own = step.scale * static_cast<double>(scale[j]);
      noise += weights[j] * step.share * histogramNoise<std::uint32_t>(counts, own, topCode, site.absmax[j]);
    }
  }
  return noise;
}

/// What the sampled rows stand for: by group of input channels, the energy of all folded weights over theirs. A few
/// rows with large weights make most of the rounding error; whether the sample met them or not, the column norms know.
std::vector<double> shareOfSample(const stats::ReaderStats& reader, const std::vector<float>& folded,
                                  const std::vector<float>& scale, std::size_t group) {
  const std::size_t in = reader.columnNorms.size();
  if (in == 0) return {};
  std::vector<double> all(in / group), sampled(in / group);
  for (std::size_t j = 0; j < in; ++j) {
    const double norm = static_cast<double>(reader.columnNorms[j]) * (scale.empty() ? 1.0f : scale[j]);
    all[j / group] += norm * norm;
  }
  for (std::size_t k = 0; k < folded.size(); ++k) {
    sampled[k % in / group] += static_cast<double>(folded[k]) * folded[k];
  }
  for (std::size_t g = 0; g < all.size(); ++g) all[g] = sampled[g] > 0 ? all[g] / sampled[g] : 0;
  return all;
}

/// Errors of sampled weight rows met by sampled activations: (error . x)^2 summed over all pairs, and the same with
/// every channel on its own.
struct ErrorEnergy {
  double together = 0, apart = 0;
};

/// `errors` [sampled, in], `rows` [.., in]. Each pair adds its channels in order, as a plain loop would; eight weight
/// rows go side by side and a tile of channels serves all activations, which makes it several times faster.
ErrorEnergy errorEnergy(const std::vector<double>& errors, const std::vector<float>& rows, std::size_t in) {
  constexpr std::size_t kLanes = 8, kTile = 512;
  struct Sums {
    std::array<double, kLanes> sum{}, squares{};
  };
  const std::size_t sampled = errors.size() / in, tokens = rows.size() / in, groups = (sampled + kLanes - 1) / kLanes;
  std::vector<Sums> all(tokens * groups);
  std::array<double, kTile * kLanes> lanes{};
  for (std::size_t group = 0; group < groups; ++group) {
    for (std::size_t first = 0; first < in; first += kTile) {
      const std::size_t tile = std::min(kTile, in - first);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::size_t n = group * kLanes + lane;
        for (std::size_t j = 0; j < tile; ++j) lanes[j * kLanes + lane] = n < sampled ? errors[n * in + first + j] : 0;
      }
      for (std::size_t t = 0; t < tokens; ++t) {
        Sums sums = all[t * groups + group];
        const float* x = &rows[t * in + first];
        for (std::size_t j = 0; j < tile; ++j) {
          const double value = x[j];
          for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double product = lanes[j * kLanes + lane] * value;
            sums.sum[lane] += product;
            sums.squares[lane] += product * product;
          }
        }
        all[t * groups + group] = sums;
      }
    }
  }
  ErrorEnergy energy;
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t n = 0; n < sampled; ++n) {
      const Sums& sums = all[t * groups + n / kLanes];
      energy.together += sums.sum[n % kLanes] * sums.sum[n % kLanes];
      energy.apart += sums.squares[n % kLanes];
    }
  }
  return energy;
}

/// Squared output error of one reader's rounded weights, summed over all tokens and outputs.
double weightNoise(const stats::SiteStats& site, const stats::SiteDetail& detail, std::size_t reader,
                   const WhatIf& question, const std::vector<float>& scale) {
  const auto in = static_cast<std::size_t>(site.channels);
  std::vector<float> folded = detail.weightRows[reader];
  if (!scale.empty()) {
    for (std::size_t k = 0; k < folded.size(); ++k) folded[k] *= scale[k % in];
  }
  const auto sampled = static_cast<std::int64_t>(folded.size() / in);
  const std::vector<float> rounded =
      dequantizeWeight(quantizeWeight(folded, sampled, site.channels, question.weights, question.rules.scaleDtype));

  // Error of each sampled weight in units of the unfolded weight.
  const auto group = static_cast<std::size_t>(effectiveGroup(question.weights, site.channels));
  const std::vector<double> represented = shareOfSample(site.readers[reader], folded, scale, group);
  std::vector<double> errors(folded.size());
  double independent = 0;
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const std::size_t j = k % in;
    errors[k] = (static_cast<double>(rounded[k]) - folded[k]) / (scale.empty() ? 1.0 : scale[j]);
    independent += represented[j / group] * errors[k] * errors[k] * site.rms[j] * site.rms[j];
  }
  // What channels that move together add or cancel, measured on the sampled activations.
  const ErrorEnergy energy = errorEnergy(errors, detail.rows, in);
  const double correlation = energy.apart > 0 ? energy.together / energy.apart : 1;
  return independent * correlation * static_cast<double>(site.tokens);
}

double decibel(double signal, double noise) {
  return noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
}

/// A fold under which the error of rounded weights is known already: policies share it.
struct KnownWeightNoise {
  std::vector<float> scale;
  double noise = 0;
};

Prediction predictSite(const stats::SiteStats& site, const stats::SiteDetail& detail, const WhatIf& question,
                       std::vector<KnownWeightNoise>& known) {
  std::vector<float> scale = question.scale;
  if (scale.empty() && question.policy == Policy::LaeStatic) {
    if (site.foldEdge.empty()) return {};
    scale = laeScale(site, question.lae);
  }
  double signal = 0;
  for (const stats::ReaderStats& reader : site.readers) signal += reader.outputEnergy;
  if (!(signal > 0) || site.weightedHistogram.empty()) return {};
  if ((!scale.empty() || !question.clusters.labels.empty()) && detail.histogram.empty()) return {};
  if (question.policy == Policy::Dynamic && (scale.empty() ? site.tokenAbsmax : detail.rows).empty()) return {};

  Prediction prediction;
  double noise = question.policy == Policy::None ? 0 : activationNoise(site, detail, question, scale);
  prediction.activation = decibel(signal, noise);
  if (!question.weights.isFloat()) {
    if (detail.weightRows.size() != site.readers.size()) return prediction;
    auto found = std::find_if(known.begin(), known.end(), [&](const auto& item) { return item.scale == scale; });
    if (found == known.end()) {
      found = known.insert(known.end(), {scale, 0});
      for (std::size_t r = 0; r < site.readers.size(); ++r) {
        found->noise += weightNoise(site, detail, r, question, scale);
      }
    }
    noise += found->noise;
  }
  prediction.total = decibel(signal, noise);
  return prediction;
}

}  // namespace

Prediction predict(const stats::SiteStats& site, const stats::SiteDetail& detail, const WhatIf& question) {
  std::vector<KnownWeightNoise> known;
  return predictSite(site, detail, question, known);
}

struct ClipPrediction::State {
  stats::SnapshotPtr snapshot;
  SiteId site;
  std::shared_ptr<const stats::SiteDetail> detail;
  WhatIf question;
  std::vector<KnownWeightNoise> known;
};

ClipPrediction::ClipPrediction(stats::SnapshotPtr snapshot, SiteId site,
                               std::shared_ptr<const stats::SiteDetail> detail, WhatIf question)
    : m_state(std::make_unique<State>(State{std::move(snapshot), site, std::move(detail), std::move(question), {}})) {
  at(1.0);
}

ClipPrediction::~ClipPrediction() = default;

Prediction ClipPrediction::at(double clip) const {
  m_state->question.clip = clip;
  return predictSite(m_state->snapshot->site(m_state->site), *m_state->detail, m_state->question, m_state->known);
}

namespace {

/// Every policy at one site, and LAE as if it could be folded there.
struct SitePredictions {
  std::array<Prediction, 4> policies;
  Prediction lae;
};

SitePredictions predictPolicies(const stats::SiteStats& site, const stats::SiteDetail& detail, const SitePlan& plan,
                                const Recipe& recipe) {
  const std::optional<LaeOptions> lae = laeOptionsOf(recipe);
  SitePredictions result;
  std::vector<KnownWeightNoise> known;
  WhatIf question;
  question.weights = plan.linears.front().scheme;
  question.rules = recipe.rules;
  question.clusters = plan.activation.clusters;
  if (!lae) question.scale = plan.scale;
  for (Policy policy : {Policy::Static, Policy::Dynamic, Policy::None}) {
    question.policy = policy;
    result.policies[static_cast<std::size_t>(policy)] = predictSite(site, detail, question, known);
  }
  if (!lae) return result;
  question.policy = Policy::LaeStatic;
  question.lae = *lae;
  question.scale = laeScale(site, *lae);
  result.lae = predictSite(site, detail, question, known);
  if (whyNotFoldable(site, recipe).empty()) result.policies[static_cast<std::size_t>(Policy::LaeStatic)] = result.lae;
  return result;
}

}  // namespace

PredictionTable::PredictionTable(const stats::Snapshot& snapshot, const Recipe& recipe, const JobContext& context) {
  constexpr int kMostThreads = 8;  // each holds the detail of one site
  const Plan plan = makePlan(snapshot, recipe);
  const auto sites = static_cast<std::int64_t>(plan.sites.size());
  m_rows.resize(plan.sites.size());
  m_lae.resize(plan.sites.size());
  ProgressMeter progress(context, "predict", "sites", sites);
  std::mutex counting;
  ThreadPool pool(std::min(kMostThreads, usableCores()));
  pool.parallelFor(sites, [&](std::int64_t item, int) {
    const auto i = static_cast<std::size_t>(item);
    const stats::SiteStats& site = snapshot.sites()[i];
    SitePredictions found = predictPolicies(site, snapshot.detail(site.id), plan.sites[i], recipe);
    m_rows[i] = found.policies;
    m_lae[i] = found.lae;
    std::lock_guard lock(counting);
    progress.advance(1);
  });
}

const Prediction& PredictionTable::at(std::size_t site, Policy policy) const {
  return m_rows.at(site)[static_cast<std::size_t>(policy)];
}

}  // namespace oscope::quant
