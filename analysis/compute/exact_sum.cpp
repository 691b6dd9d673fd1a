#include "analysis/compute/exact_sum.h"

#include <cmath>
#include <limits>

namespace oscope::compute {
namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

// The two ends of the range stand for saturation and absorb what is added; the positive one wins over the negative.
constexpr Wide kTop = static_cast<Wide>((~UnsignedWide{0}) >> 1);
constexpr Wide kBottom = -kTop - 1;
constexpr double kLimit = 0x1p62;

Wide join(std::int64_t high, std::uint64_t low) {
  return static_cast<Wide>((static_cast<UnsignedWide>(static_cast<std::uint64_t>(high)) << 64) | low);
}

Wide addSaturating(Wide a, Wide b) {
  if (a == kTop || b == kTop) return kTop;
  if (a == kBottom || b == kBottom) return kBottom;
  Wide sum;
  if (__builtin_add_overflow(a, b, &sum)) return a > 0 ? kTop : kBottom;
  return sum;
}

Wide toFixed(double value) {
  if (std::isnan(value)) return kTop;
  if (value >= kLimit) return kTop;
  if (value <= -kLimit) return kBottom;
  // Scaling by a power of two is exact; values below 2^-12 have bits beyond the point, which nearbyint rounds away.
  return static_cast<Wide>(std::nearbyint(value * 0x1p64));
}

}  // namespace

void ExactSum::add(double value) {
  const Wide sum = addSaturating(join(m_high, m_low), toFixed(value));
  m_high = static_cast<std::int64_t>(sum >> 64);
  m_low = static_cast<std::uint64_t>(sum);
}

void ExactSum::add(const ExactSum& other) {
  const Wide sum = addSaturating(join(m_high, m_low), join(other.m_high, other.m_low));
  m_high = static_cast<std::int64_t>(sum >> 64);
  m_low = static_cast<std::uint64_t>(sum);
}

double ExactSum::value() const {
  const Wide sum = join(m_high, m_low);
  if (sum == kTop) return std::numeric_limits<double>::infinity();
  if (sum == kBottom) return -std::numeric_limits<double>::infinity();
  return static_cast<double>(sum) * 0x1p-64;
}

ExactSum ExactSum::fromHalves(std::int64_t high, std::uint64_t low) {
  ExactSum sum;
  sum.m_high = high;
  sum.m_low = low;
  return sum;
}

}  // namespace oscope::compute
