#include "gpu/matmul.h"

#include "analysis/base/error.h"
#include "gpu/kernels/matmul_ops.h"
#include "gpu/kernels/split_math.h"

namespace oscope::gpu {

FloatType floatTypeOf(const CudaWeight& weight) {
  return weight.dtype() == DType::BF16  ? FloatType::BF16
         : weight.dtype() == DType::F16 ? FloatType::F16
                                        : FloatType::F32;
}

Matmul::Matmul(std::shared_ptr<CudaDevice> device) : m_device(std::move(device)), m_lt(m_device) {}

std::uint64_t Matmul::scratchBytes(compute::MatmulPrecision precision) {
  return sizeof(std::uint16_t) * (precision == compute::MatmulPrecision::Full ? kMostTerms : 1);
}

bool Matmul::holds(const compute::Tensor& x, const compute::SequenceLayout& layout, FloatType type, int terms) const {
  return m_converted.x.lock() == x.buffer && m_converted.in == x.cols && m_converted.type == type &&
         m_converted.terms == terms && m_converted.starts == layout.starts;
}

std::uint16_t* Matmul::expectedHalves(const compute::Tensor& x, const compute::SequenceLayout& layout,
                                      compute::MatmulPrecision precision) {
  const bool once = m_lastType == FloatType::BF16 && precision == compute::MatmulPrecision::Fast;
  if (!once || holds(x, layout, m_lastType, 1)) return nullptr;
  forget();
  auto* halves = static_cast<std::uint16_t*>(
      m_terms.take(m_device, static_cast<std::size_t>(x.rows * x.cols) * sizeof(std::uint16_t)));
  m_converted = {x.buffer, x.cols, m_lastType, 1, layout.starts, halves, nullptr};
  return halves;
}

const Matmul::Converted& Matmul::converted(const compute::Tensor& x, const compute::SequenceLayout& layout,
                                           const LayoutView& view, FloatType type, int terms) {
  if (holds(x, layout, type, terms)) return m_converted;
  forget();
  const StreamHandle stream = m_device->compute().handle();
  const std::int64_t rows = layout.rows(), sequences = layout.sequences(), in = x.cols;
  Converted made{x.buffer, in, type, terms, layout.starts, nullptr, nullptr};
  auto* split = static_cast<std::uint16_t*>(
      m_terms.take(m_device, static_cast<std::size_t>(rows * in * terms) * sizeof(std::uint16_t)));
  const float* shift = nullptr;
  if (type == FloatType::F16) {
    auto* work = static_cast<float*>(m_shifts.take(m_device, static_cast<std::size_t>(3 * sequences) * sizeof(float)));
    launchFp16Shifts(stream, x.as<float>(), rows, in, view.sequences, sequences,
                     reinterpret_cast<std::uint32_t*>(work + 2 * sequences), work, work + sequences);
    shift = work;
    made.unshift = work + sequences;
  }
  launchSplit(stream, x.as<float>(), rows, in, type, terms, view.sequences, shift, split);
  made.split = split;
  m_converted = std::move(made);
  return m_converted;
}

void Matmul::linear(const compute::Tensor& x, const compute::SequenceLayout& layout, const LayoutView& view,
                    const CudaWeight& w, compute::MatmulPrecision precision, const std::stop_token& stop,
                    compute::Tensor& y) {
  const bool exact = precision == compute::MatmulPrecision::Full;
  const std::int64_t in = w.cols(), out = w.rows();
  const FloatType type = m_lastType = floatTypeOf(w);
  const int terms = type != FloatType::F32 && exact ? kMostTerms : 1;
  const std::size_t elementBytes = type == FloatType::F32 ? sizeof(float) : sizeof(std::uint16_t);
  const void* weights = w.data();
  const void* operand = x.as<float>();
  const float* unshift = nullptr;
  if (type != FloatType::F32) {
    const Converted& halves = converted(x, layout, view, type, terms);
    operand = halves.split;
    unshift = halves.unshift;
  }
  if (y.buffer == m_converted.x.lock()) forget();  // what is read now is overwritten
  for (std::int64_t s = 0; s < layout.sequences(); ++s) {
    if (stop.stop_requested()) throw Cancelled();
    const std::int64_t start = layout.starts[static_cast<std::size_t>(s)], length = layout.length(s);
    if (length == 0) continue;
    const MatmulShape shape{length, in, out, type, !exact, type == FloatType::F16};
    bool done = true;
    for (int term = 0; term < terms && done; ++term) {
      const std::byte* from = static_cast<const std::byte*>(operand) +
                              static_cast<std::size_t>((term * layout.rows() + start) * in) * elementBytes;
      done = m_lt.multiply(shape, from, weights, shape.scaled ? unshift + s : nullptr, term > 0,
                           y.as<float>() + start * out);
    }
    if (!done) {
      launchPlainMatmul(m_device->compute().handle(), x.as<float>() + start * in, length, in, weights, type, out,
                        y.as<float>() + start * out);
    }
  }
}

}  // namespace oscope::gpu
