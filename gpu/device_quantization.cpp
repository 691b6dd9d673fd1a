#include "gpu/device_quantization.h"

#include <fmt/format.h>

#include "analysis/base/error.h"
#include "gpu/device_copy.h"
#include "gpu/kernels/quantize.h"

namespace oscope::gpu {
namespace {

using compute::ActivationQuant;
using compute::Tensor;
using DevicePointer = std::shared_ptr<CudaDevice>;

template <typename T>
std::unique_ptr<DeviceBuffer> onDevice(const DevicePointer& device, const std::vector<T>& values, const char* where) {
  auto buffer = std::make_unique<DeviceBuffer>(device, values.size() * sizeof(T));
  copyToDevice(buffer->data(), values.data(), values.size() * sizeof(T), device->compute(), where);
  return buffer;
}

/// [out, groups] to [groups, paddedOut].
template <typename T>
std::vector<T> byGroup(const std::vector<T>& values, const IntShape& shape) {
  std::vector<T> turned(static_cast<std::size_t>(shape.groups * shape.paddedOut));
  for (std::int64_t n = 0; n < shape.out; ++n) {
    for (std::int64_t g = 0; g < shape.groups; ++g) {
      turned[static_cast<std::size_t>(g * shape.paddedOut + n)] =
          values[static_cast<std::size_t>(n * shape.groups + g)];
    }
  }
  return turned;
}

void requireTensor(const char* op, const Tensor& tensor, DType dtype, std::int64_t rows, std::int64_t cols) {
  if (tensor.dtype == dtype && tensor.rows == rows && tensor.cols == cols) return;
  throw Error(ErrorCode::Internal, op,
              fmt::format("a tensor is {} [{}, {}], it should be {} [{}, {}]", toString(tensor.dtype), tensor.rows,
                          tensor.cols, toString(dtype), rows, cols));
}

/// Arguments of both ways to quantize; the maxima of the sequences, where they are wanted, live in `maxima`.
QuantizeArgs quantizeArgs(const char* op, const DevicePointer& device, const Tensor& x, const LayoutView& layout,
                          std::int64_t sequences, const ActivationQuant& quant, int mostBits,
                          std::unique_ptr<DeviceBuffer>& maxima) {
  requireTensor(op, x, DType::F32, x.rows, x.cols);
  if (quant.bits < 2 || quant.bits > mostBits) throw Error(ErrorCode::Internal, op, "bits out of range");
  QuantizeArgs args;
  args.x = x.as<float>();
  args.rows = x.rows;
  args.cols = x.cols;
  args.isStatic = quant.mode == ActivationQuant::Mode::Static;
  args.sequences = layout.sequences;
  args.scale = quant.scale;
  args.divisor = quant.divisor;
  const auto half = static_cast<float>(1 << (quant.bits - 1));
  args.low = -half;
  args.high = half - 1.0f;
  if (quant.mode != ActivationQuant::Mode::PerSequence) return args;
  const auto bytes = static_cast<std::size_t>(sequences) * sizeof(unsigned);
  maxima = std::make_unique<DeviceBuffer>(device, bytes);
  fillWithZeros(maxima->data(), bytes, device->compute(), op);
  launchSequenceMax(args, maxima->as<unsigned>(), device->compute().handle());
  args.sequenceMax = maxima->as<unsigned>();
  return args;
}

}  // namespace

DeviceQuantizedWeight::DeviceQuantizedWeight(const DevicePointer& device, const compute::QuantizedWeight& weight) {
  constexpr char kOp[] = "prepareQuantized";
  requireConsistent(weight);
  m_shape = intShapeOf(weight.out, weight.in, weight.group, weight.bits);
  m_words =
      std::make_unique<DeviceBuffer>(device, static_cast<std::size_t>(weightWords(m_shape)) * sizeof(std::uint32_t));
  m_scales = onDevice(device, byGroup(weight.scales, m_shape), kOp);
  if (!weight.zeros.empty()) m_zeros = onDevice(device, byGroup(weight.zeros, m_shape), kOp);
  const auto codes = onDevice(device, weight.codes, kOp);
  launchPackWeight(codes->as<std::int8_t>(), m_shape, m_words->as<std::uint32_t>(), device->compute().handle());
}

void fakeQuantize(const DevicePointer& device, const LayoutView& layout, std::int64_t sequences,
                  const ActivationQuant& quant, Tensor& x) {
  std::unique_ptr<DeviceBuffer> maxima;
  const QuantizeArgs args = quantizeArgs("fakeQuant", device, x, layout, sequences, quant, 16, maxima);
  launchFakeQuant(args, x.as<float>(), device->compute().handle());
}

void quantize(const DevicePointer& device, const Tensor& x, const LayoutView& layout, std::int64_t sequences,
              const ActivationQuant& quant, Tensor& codes, Tensor& scales) {
  requireTensor("quantize", codes, DType::I8, x.rows, x.cols);
  requireTensor("quantize", scales, DType::F32, x.rows, 1);
  std::unique_ptr<DeviceBuffer> maxima;
  const QuantizeArgs args = quantizeArgs("quantize", device, x, layout, sequences, quant, 8, maxima);
  launchQuantize(args, codes.as<std::int8_t>(), scales.as<float>(), device->compute().handle());
}

std::unique_ptr<DeviceBuffer> dequantized(const DevicePointer& device, const DeviceQuantizedWeight& weight) {
  auto values =
      std::make_unique<DeviceBuffer>(device, static_cast<std::size_t>(weight.rows() * weight.cols()) * sizeof(float));
  launchUnpackWeight(weight.words(), weight.scales(), weight.zeros(), weight.shape(), values->as<float>(),
                     device->compute().handle());
  return values;
}

void integerLinear(const DevicePointer& device, const Tensor& codes, const Tensor& scales,
                   const DeviceQuantizedWeight& weight, const float* bias, Tensor& y) {
  constexpr char kOp[] = "integerLinear";
  const IntShape& shape = weight.shape();
  requireTensor(kOp, codes, DType::I8, y.rows, shape.in);
  requireTensor(kOp, scales, DType::F32, y.rows, 1);
  requireTensor(kOp, y, DType::F32, y.rows, shape.out);
  const StreamHandle stream = device->compute().handle();
  IntGemmArgs args;
  args.shape = shape;
  args.rows = y.rows;
  args.codes = codes.as<std::int8_t>();
  args.codeScales = scales.as<float>();
  args.words = weight.words();
  args.scales = weight.scales();
  args.zeros = weight.zeros();
  args.bias = bias;
  args.y = y.as<float>();
  // Freed in stream order, behind the kernels that read them.
  std::unique_ptr<DeviceBuffer> padded, sums;
  if (codePitch(shape) != shape.in || shape.in % 16 != 0) {
    padded = std::make_unique<DeviceBuffer>(device, static_cast<std::size_t>(y.rows * codePitch(shape)));
    launchPadCodes(args.codes, y.rows, shape, padded->as<std::int8_t>(), stream);
    args.codes = padded->as<std::int8_t>();
  }
  if (args.zeros != nullptr) {
    sums =
        std::make_unique<DeviceBuffer>(device, static_cast<std::size_t>(y.rows * shape.groups) * sizeof(std::int32_t));
    launchGroupSums(codes.as<std::int8_t>(), y.rows, shape, sums->as<std::int32_t>(), stream);
    args.groupSums = sums->as<std::int32_t>();
  }
  launchIntGemm(args, intPathOf(y.rows, shape.out, device->multiprocessors()), stream);
}

}  // namespace oscope::gpu
