// A linear's weight on its way from the checkpoint to codes. Folds wait until somebody needs them: a backend applies
// them while it quantizes, without a float32 copy in host memory; methods that look at weights get that copy.
#pragma once

#include <span>
#include <vector>

#include "analysis/compute/backend.h"

namespace oscope::quant {

/// All elements of `tensor` as float32. NaN or infinity is a NonFinite error that names tensor and element.
std::vector<float> finiteValues(const compute::HostTensor& tensor);

class FoldedWeight {
 public:
  /// A matrix [out, in].
  explicit FoldedWeight(compute::HostTensor stored) : m_stored(std::move(stored)) {}

  DType dtype() const { return m_stored.dtype; }

  /// w[n, k] * scale[k], and w[n, k] / divisors[n]: columns first, each at most once (fold.h).
  void scaleColumns(std::span<const float> scale);
  void divideRows(std::span<const float> divisors);

  /// Everything folded so far, float32 [out, in]; made with the first call. Errors as of finiteValues().
  std::span<const float> values();
  /// values(), handed over.
  std::vector<float> take();

  /// Starts the weight's way to the device; quantize() does it where nobody did. OutOfMemory where there is no room.
  void prepare(compute::Backend& backend);
  /// Backend::quantizeWeight of the folded weight. Errors as of finiteValues(), too.
  compute::WeightCodes quantize(compute::Backend& backend, const compute::WeightQuant& quant,
                                std::span<const float> clipLimits);
  /// Gives the memory of all of it back.
  void drop();

 private:
  compute::HostTensor m_stored;
  bool m_made = false;  ///< m_values is the weight with all folds
  std::vector<float> m_values;
  std::vector<float> m_columns, m_rows;  ///< folds of m_stored
  compute::WeightPtr m_prepared;
};

}  // namespace oscope::quant
