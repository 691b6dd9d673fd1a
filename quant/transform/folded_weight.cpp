#include "quant/transform/folded_weight.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/base/error.h"
#include "quant/transform/fold.h"

namespace oscope::quant {
namespace {

void divide(std::span<float> weight, std::span<const float> divisors) {
  const std::size_t in = weight.size() / divisors.size();
  for (std::size_t row = 0; row < divisors.size(); ++row) {
    for (float& value : weight.subspan(row * in, in)) value /= divisors[row];
  }
}

}  // namespace

std::vector<float> finiteValues(const compute::HostTensor& tensor) {
  std::vector<float> values = compute::toFloat32(tensor);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw Error(ErrorCode::NonFinite, tensor.name,
                fmt::format("element [{}, {}] is {}", static_cast<std::int64_t>(i) / tensor.cols(),
                            static_cast<std::int64_t>(i) % tensor.cols(), values[i]),
                "the checkpoint is damaged; get a fresh copy");
  }
  return values;
}

void FoldedWeight::scaleColumns(std::span<const float> scale) {
  if (m_made) return quant::scaleColumns(m_values, scale);
  m_columns.assign(scale.begin(), scale.end());
}

void FoldedWeight::divideRows(std::span<const float> divisors) {
  if (m_made) return divide(m_values, divisors);
  m_rows.assign(divisors.begin(), divisors.end());
}

std::span<const float> FoldedWeight::values() {
  if (!m_made) {
    m_values = finiteValues(m_stored);
    if (!m_columns.empty()) quant::scaleColumns(m_values, m_columns);
    if (!m_rows.empty()) divide(m_values, m_rows);
    m_made = true;
  }
  return m_values;
}

std::vector<float> FoldedWeight::take() {
  values();
  return std::move(m_values);
}

void FoldedWeight::prepare(compute::Backend& backend) {
  if (m_prepared == nullptr && !m_made) m_prepared = backend.prepareWeight(m_stored);
}

compute::WeightCodes FoldedWeight::quantize(compute::Backend& backend, const compute::WeightQuant& quant,
                                            std::span<const float> clipLimits) {
  try {
    if (m_made) {
      const auto made = compute::makeHostTensor(m_stored.name, take(), m_stored.shape);
      return backend.quantizeWeight(*backend.prepareWeight(made), {}, quant, clipLimits);
    }
    prepare(backend);
    const compute::WeightPtr weight = std::move(m_prepared);
    return backend.quantizeWeight(*weight, {m_columns, m_rows}, quant, clipLimits);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::NonFinite) finiteValues(m_stored);  // names the element, if the checkpoint has one
    throw;
  }
}

void FoldedWeight::drop() {
  m_stored = {};
  m_prepared.reset();
  m_values = {};
}

}  // namespace oscope::quant
