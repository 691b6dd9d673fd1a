#include "analysis/compute/gram_matrix.h"

#include <algorithm>
#include <cmath>

namespace oscope::compute {
namespace {

class GramInMemory final : public GramMatrix {
 public:
  GramInMemory(std::int64_t channels, std::vector<double> values) : GramMatrix(channels), m_values(std::move(values)) {}
  void readRows(std::int64_t first, std::int64_t count, double* into) const override {
    std::copy_n(m_values.begin() + first * channels(), count * channels(), into);
  }

 private:
  std::vector<double> m_values;
};

class GramSum final : public GramMatrix {
 public:
  GramSum(GramPtr a, GramPtr b) : GramMatrix(a->channels()), m_a(std::move(a)), m_b(std::move(b)) {}
  void readRows(std::int64_t first, std::int64_t count, double* into) const override {
    m_a->readRows(first, count, into);
    std::vector<double> more(static_cast<std::size_t>(count * channels()));
    m_b->readRows(first, count, more.data());
    for (std::size_t i = 0; i < more.size(); ++i) into[i] += more[i];
  }

 private:
  GramPtr m_a, m_b;
};

}  // namespace

GramPtr gramOf(std::vector<double> values) {
  const auto channels = std::llround(std::sqrt(static_cast<double>(values.size())));
  return std::make_shared<const GramInMemory>(channels, std::move(values));
}

GramPtr sumOf(GramPtr a, GramPtr b) {
  return std::make_shared<const GramSum>(std::move(a), std::move(b));
}

std::vector<double> valuesOf(const GramMatrix& gram) {
  const std::int64_t channels = gram.channels();
  std::vector<double> values(static_cast<std::size_t>(channels * channels));
  for (std::int64_t first = 0; first < channels; first += kGramBand) {
    gram.readRows(first, std::min(kGramBand, channels - first), values.data() + first * channels);
  }
  return values;
}

}  // namespace oscope::compute
