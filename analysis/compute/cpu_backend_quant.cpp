// Quantization and statistics of the CPU backend.
#include <algorithm>
#include <bit>
#include <cmath>

#include "analysis/compute/cpu/checks.h"
#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/site_accumulator.h"
#include "analysis/compute/cpu_backend.h"

namespace oscope::compute {

using cpu::require;
using cpu::requireShape;

namespace {

/// Bits of |value|: ordered as the values are, infinity above the finite ones and NaN above all.
std::uint64_t magnitudeBits(double value) {
  return std::bit_cast<std::uint64_t>(std::abs(value));
}

}  // namespace

WeightCodes CpuBackend::quantizeWeight(const Weight& weight, const WeightFold& fold, const WeightQuant& quant,
                                       std::span<const float> clipLimits) {
  requireQuantizable(weight.rows(), weight.cols(), fold, quant, clipLimits);
  return cpu::quantizeWeight(m_parallel, cpu::asFloat(weight), fold, quant, clipLimits);
}

void CpuBackend::fakeQuant(Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant) {
  requireShape("fakeQuant", x, DType::F32, layout.rows(), x.cols);
  requireActivationQuant("fakeQuant", quant, x.cols, 16);
  cpu::fakeQuant(m_parallel, x, layout, quant);
}

void CpuBackend::quantize(const Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant, Tensor& codes,
                          Tensor& scales) {
  require(x.rows == layout.rows(), "quantize", "rows of x and of the layout differ");
  requireShape("quantize", codes, DType::I8, x.rows, x.cols);
  requireShape("quantize", scales, DType::F32, x.rows, 1);
  require(quant.hasRowScales(), "quantize", "codes have one scale per row");
  requireActivationQuant("quantize", quant, x.cols, 8);
  const CodeRange range = codeRange(quant.bits);
  const std::vector<float> values = cpu::activationScales(m_parallel, x, layout, quant);
  std::copy(values.begin(), values.end(), scales.as<float>());
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      cpu::kernels().quantizeRow(x.as<float>() + row * x.cols, x.cols, values[static_cast<std::size_t>(row)], range.low,
                                 range.high, codes.as<std::int8_t>() + row * x.cols);
    }
  });
}

WeightPtr CpuBackend::prepareQuantized(const QuantizedWeight& weight) {
  return std::make_shared<cpu::CpuQuantizedWeight>(weight);
}

WeightPtr CpuBackend::dequantize(const Weight& quantized) {
  const QuantizedWeight& weight = cpu::asQuantized(quantized).values();
  std::vector<float> values(weight.codes.size());
  m_parallel.forRows(weight.out, weight.in, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t at = first * weight.in; at < last * weight.in; ++at) {
      const auto group = static_cast<std::size_t>(at / weight.group);
      const int zero = weight.zeros.empty() ? 0 : weight.zeros[group];
      values[static_cast<std::size_t>(at)] =
          weight.scales[group] * static_cast<float>(weight.codes[static_cast<std::size_t>(at)] - zero);
    }
  });
  return prepareWeight(makeHostTensor("dequantized weight", std::move(values), {weight.out, weight.in}));
}

void CpuBackend::integerLinear(const Tensor& codes, const Tensor& scales, const Weight& quantized, const Weight* bias,
                               Tensor& y) {
  const QuantizedWeight& weight = cpu::asQuantized(quantized).values();
  requireShape("integerLinear", codes, DType::I8, y.rows, weight.in);
  requireShape("integerLinear", scales, DType::F32, y.rows, 1);
  requireShape("integerLinear", y, DType::F32, y.rows, weight.out);
  const std::vector<float> offsets = bias != nullptr ? cpu::vectorOf(*bias, weight.out) : std::vector<float>();
  cpu::integerLinear(m_parallel, codes.as<std::int8_t>(), y.rows, scales.as<float>(), weight,
                     bias != nullptr ? offsets.data() : nullptr, y.as<float>());
}

std::unique_ptr<SiteAccumulator> CpuBackend::makeAccumulator(std::int64_t channels, const ReductionSpec& spec) {
  return std::make_unique<cpu::CpuSiteAccumulator>(channels, spec);
}

void CpuBackend::accumulate(SiteAccumulator& accumulator, const Tensor& x, const SequenceLayout& layout,
                            std::int64_t firstToken) {
  auto* own = dynamic_cast<cpu::CpuSiteAccumulator*>(&accumulator);
  require(own != nullptr, "accumulate", "an accumulator of another backend");
  requireShape("accumulate", x, DType::F32, layout.rows(), own->channels());
  own->accumulate(m_parallel, x.as<float>(), layout, firstToken);
}

LogitComparison CpuBackend::compareLogits(const Tensor& a, const Tensor& b, std::span<const std::int32_t> targets) {
  requireShape("compareLogits", b, DType::F32, a.rows, a.cols);
  require(static_cast<std::int64_t>(targets.size()) == a.rows, "compareLogits", "one target per row is needed");
  return cpu::compareLogits(m_parallel, a, b, targets);
}

Backend::PairSums CpuBackend::compare(const Tensor& a, const Tensor& b) {
  requireShape("compare", b, DType::F32, a.rows, a.cols);
  std::vector<double> rowSums(static_cast<std::size_t>(a.rows) * 4);
  m_parallel.forRows(a.rows, a.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      cpu::kernels().pairSums(a.as<float>() + row * a.cols, b.as<float>() + row * a.cols, a.cols,
                              rowSums.data() + row * 4);
    }
  });
  PairSums sums;
  for (std::size_t at = 0; at < rowSums.size(); at += 4) {
    sums.aa += rowSums[at];
    sums.dd += rowSums[at + 1];
    sums.ab += rowSums[at + 2];
    sums.bb += rowSums[at + 3];
  }
  return sums;
}

double CpuBackend::largestRelativeDifference(const Tensor& a, const Tensor& b) {
  requireShape("largestRelativeDifference", b, DType::F32, a.rows, a.cols);
  std::vector<std::uint64_t> differences(static_cast<std::size_t>(a.rows)), sizes(differences.size());
  m_parallel.forRows(a.rows, a.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      std::uint64_t difference = 0, size = 0;
      for (std::int64_t at = row * a.cols; at < (row + 1) * a.cols; ++at) {
        const double u = a.as<float>()[at], v = b.as<float>()[at];
        difference = std::max(difference, magnitudeBits(u - v));
        size = std::max(size, magnitudeBits(v));
      }
      differences[static_cast<std::size_t>(row)] = difference;
      sizes[static_cast<std::size_t>(row)] = size;
    }
  });
  const auto largest = [](const std::vector<std::uint64_t>& bits) {
    return std::bit_cast<double>(bits.empty() ? 0 : *std::max_element(bits.begin(), bits.end()));
  };
  const double difference = largest(differences), size = largest(sizes);
  return size > 0 ? difference / size : difference;
}

std::vector<double> CpuBackend::energies(const Tensor& x, const SequenceLayout& layout) {
  require(x.rows == layout.rows(), "energies", "rows of x and of the layout differ");
  std::vector<double> rowSums(static_cast<std::size_t>(x.rows) * 4);
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      const float* data = x.as<float>() + row * x.cols;
      cpu::kernels().pairSums(data, data, x.cols, rowSums.data() + row * 4);
    }
  });
  std::vector<double> result(static_cast<std::size_t>(layout.sequences()));
  for (std::size_t s = 0; s < result.size(); ++s) {
    for (std::int64_t row = layout.starts[s]; row < layout.starts[s + 1]; ++row) {
      result[s] += rowSums[static_cast<std::size_t>(row) * 4];
    }
  }
  return result;
}

}  // namespace oscope::compute
