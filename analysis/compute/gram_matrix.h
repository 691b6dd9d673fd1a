// X^T X of a site: in memory, in a file, or the sum of others. Too large to be handed around as a value.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace oscope::compute {

/// Rows that those who pass over a whole matrix read at once.
inline constexpr std::int64_t kGramBand = 256;

/// Symmetric [channels, channels] in float64; no longer changes.
class GramMatrix {
 public:
  explicit GramMatrix(std::int64_t channels) : m_channels(channels) {}
  virtual ~GramMatrix() = default;
  std::int64_t channels() const { return m_channels; }
  /// Rows [first, first + count) to `into` [count, channels].
  virtual void readRows(std::int64_t first, std::int64_t count, double* into) const = 0;

 private:
  std::int64_t m_channels;
};
using GramPtr = std::shared_ptr<const GramMatrix>;

/// A matrix in memory; `values` [channels, channels].
GramPtr gramOf(std::vector<double> values);
/// a + b of the same size, added where it is read.
GramPtr sumOf(GramPtr a, GramPtr b);
/// All of it [channels, channels].
std::vector<double> valuesOf(const GramMatrix& gram);

}  // namespace oscope::compute
