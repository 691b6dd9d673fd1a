#include "analysis/model/rope_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/base/error.h"

namespace oscope::model {
namespace {

using checkpoint::HfConfig;
using Frequencies = std::vector<double>;

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr char kDynamic[] = "dynamic";

HfConfig scalingOf(const HfConfig& config) {
  const Json* object = config.object({"rope_scaling", "rope_parameters"});
  return HfConfig(object != nullptr ? *object : Json::object(), config.where() + ": rope_scaling");
}

std::string typeOf(const HfConfig& scaling) {
  return scaling.text({"rope_type", "type"}, "default");
}

void scaleLinear(const HfConfig& scaling, Frequencies& frequencies) {
  const double factor = scaling.number({"factor"});
  for (double& frequency : frequencies) frequency /= factor;
}

// Long waves are interpolated, short ones kept, those between blended.
void scaleLlama3(const HfConfig& scaling, Frequencies& frequencies) {
  const double factor = scaling.number({"factor"});
  const double low = scaling.number({"low_freq_factor"}), high = scaling.number({"high_freq_factor"});
  const auto original = static_cast<double>(scaling.integer({"original_max_position_embeddings"}));
  for (double& frequency : frequencies) {
    const double wavelength = kTurn / frequency;
    if (wavelength > original / low) {
      frequency /= factor;
    } else if (wavelength >= original / high) {
      const double smooth = (original / wavelength - low) / (high - low);
      frequency = (1.0 - smooth) * frequency / factor + smooth * frequency;
    }
  }
}

// A ramp over the dimensions between interpolated (slow) and kept (fast) frequencies.
void scaleYarn(const HfConfig& config, const HfConfig& scaling, double theta, compute::RopeParams& rope) {
  const double factor = scaling.number({"factor"});
  const auto original = static_cast<double>(
      scaling.integer({"original_max_position_embeddings"}, config.integer({"max_position_embeddings"})));
  const auto dims = static_cast<double>(rope.inverseFrequencies.size() * 2);
  const auto dimensionOf = [&](double rotations) {
    return dims * std::log(original / (rotations * kTurn)) / (2.0 * std::log(theta));
  };
  double low = dimensionOf(scaling.number({"beta_fast"}, 32.0)), high = dimensionOf(scaling.number({"beta_slow"}, 1.0));
  if (scaling.flag({"truncate"}, true)) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0);
  high = std::min(high, dims - 1.0);
  if (low == high) high += 0.001;
  for (std::size_t i = 0; i < rope.inverseFrequencies.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    double& frequency = rope.inverseFrequencies[i];
    frequency = frequency / factor * ramp + frequency * (1.0 - ramp);
  }
  for (const char* key : {"mscale", "mscale_all_dim"}) {
    if (scaling.number({key}, 0.0) == 0.0) continue;
    throw Error(ErrorCode::Unsupported, scaling.where(), fmt::format("yarn with \"{}\" is not supported", key));
  }
  const double usual = factor > 1.0 ? 0.1 * std::log(factor) + 1.0 : 1.0;
  rope.attentionFactor = scaling.number({"attention_factor"}, usual);
}

}  // namespace

compute::RopeParams ropeOfConfig(const HfConfig& config, std::int64_t dims) {
  const HfConfig scaling = scalingOf(config);
  const double theta = config.number({"rope_theta"}, scaling.number({"rope_theta"}, 10000.0));
  compute::RopeParams rope;
  for (std::int64_t i = 0; i < dims / 2; ++i) {
    rope.inverseFrequencies.push_back(std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(dims)));
  }
  const std::string type = typeOf(scaling);
  if (type == "linear") {
    scaleLinear(scaling, rope.inverseFrequencies);
  } else if (type == "llama3") {
    scaleLlama3(scaling, rope.inverseFrequencies);
  } else if (type == "yarn") {
    scaleYarn(config, scaling, theta, rope);
  } else if (type != "default" && type != kDynamic) {
    throw Error(ErrorCode::Unsupported, scaling.where(),
                fmt::format("rotary scaling of type \"{}\" is not known", type),
                "supported are default, dynamic, linear, llama3 and yarn");
  }
  return rope;
}

bool ropeFollowsLength(const HfConfig& config) {
  return typeOf(scalingOf(config)) == kDynamic;
}

}  // namespace oscope::model
