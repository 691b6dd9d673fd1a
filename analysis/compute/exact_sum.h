// A sum of doubles that does not depend on the order of the summands.
#pragma once

#include <cstdint>

namespace oscope::compute {

/// Fixed point, 128 bits with 64 bits after the point: each added double is rounded once to a multiple of 2^-64, then
/// integers are added, which is associative. So shards, threads and batches give the same bits. Values beyond
/// +-2^62 saturate the sum, which value() then returns as an infinity.
class ExactSum {
 public:
  void add(double value);
  void add(const ExactSum& other);
  double value() const;

  /// The two halves, for files.
  std::int64_t high() const { return m_high; }
  std::uint64_t low() const { return m_low; }
  static ExactSum fromHalves(std::int64_t high, std::uint64_t low);

  friend bool operator==(const ExactSum&, const ExactSum&) = default;

 private:
  std::int64_t m_high = 0;
  std::uint64_t m_low = 0;
};

}  // namespace oscope::compute
