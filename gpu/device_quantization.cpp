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

/// [out, groups] to [groups, paddedOut].
template <typename T>
std::unique_ptr<DeviceBuffer> byGroup(CodeUploader& uploader, const std::vector<T>& values, const IntShape& shape) {
  std::vector<T> turned(static_cast<std::size_t>(shape.groups * shape.paddedOut));
  for (std::int64_t n = 0; n < shape.out; ++n) {
    for (std::int64_t g = 0; g < shape.groups; ++g) {
      turned[static_cast<std::size_t>(g * shape.paddedOut + n)] =
          values[static_cast<std::size_t>(n * shape.groups + g)];
    }
  }
  return uploader.send(std::as_bytes(std::span(turned)));
}

void requireTensor(const char* op, const Tensor& tensor, DType dtype, std::int64_t rows, std::int64_t cols) {
  if (tensor.dtype == dtype && tensor.rows == rows && tensor.cols == cols) return;
  throw Error(ErrorCode::Internal, op,
              fmt::format("a tensor is {} [{}, {}], it should be {} [{}, {}]", toString(tensor.dtype), tensor.rows,
                          tensor.cols, toString(dtype), rows, cols));
}

/// Arguments of both ways to quantize, and what they point to: freed in stream order, behind the kernels that read it.
struct QuantizeInputs {
  QuantizeArgs args;
  const float *scales = nullptr, *lows = nullptr;  ///< of channels, with clusters
  std::unique_ptr<DeviceBuffer> maxima, channels;
};

/// Figures of channels [cols], each array aligned for vector loads, in one copy.
void uploadChannels(const char* op, const DevicePointer& device, const ActivationQuant& quant, QuantizeInputs& inputs) {
  const bool clusters = quant.mode == ActivationQuant::Mode::PerCluster;
  if (!clusters && quant.factors.empty()) return;
  const auto pitch = static_cast<std::size_t>(inputs.args.cols + 3) / 4 * 4;
  std::vector<float> values;
  const auto append = [&](std::span<const float> array) {
    values.insert(values.end(), array.begin(), array.end());
    values.resize(values.size() + pitch - array.size());
  };
  if (!quant.factors.empty()) append(quant.factors);
  if (clusters) {
    const compute::ChannelQuant channels = compute::channelQuant(quant);
    append(channels.scales);
    append(channels.lows);
  }
  const std::size_t bytes = values.size() * sizeof(float);
  inputs.channels = std::make_unique<DeviceBuffer>(device, bytes);
  copyToDevice(inputs.channels->data(), values.data(), bytes, device->compute(), op);
  const auto* data = inputs.channels->as<float>();
  if (!quant.factors.empty()) {
    inputs.args.factors = data;
    data += pitch;
  }
  if (!clusters) return;
  inputs.scales = data;
  inputs.lows = data + pitch;
}

QuantizeInputs quantizeInputs(const char* op, const DevicePointer& device, const Tensor& x, const LayoutView& layout,
                              std::int64_t sequences, const ActivationQuant& quant, int mostBits) {
  requireTensor(op, x, DType::F32, x.rows, x.cols);
  requireActivationQuant(op, quant, x.cols, mostBits);
  QuantizeInputs inputs;
  QuantizeArgs& args = inputs.args;
  args.x = x.as<float>();
  args.rows = x.rows;
  args.cols = x.cols;
  args.isStatic = quant.mode == ActivationQuant::Mode::Static;
  args.sequences = layout.sequences;
  args.scale = quant.scale;
  args.divisor = quant.divisor;
  const compute::CodeRange range = compute::codeRange(quant.bits);
  args.low = range.low;
  args.high = range.high;
  uploadChannels(op, device, quant, inputs);
  if (quant.mode != ActivationQuant::Mode::PerSequence) return inputs;
  const auto bytes = static_cast<std::size_t>(sequences) * sizeof(unsigned);
  inputs.maxima = std::make_unique<DeviceBuffer>(device, bytes);
  fillWithZeros(inputs.maxima->data(), bytes, device->compute(), op);
  launchSequenceMax(args, inputs.maxima->as<unsigned>(), device->compute().handle());
  args.sequenceMax = inputs.maxima->as<unsigned>();
  return inputs;
}

}  // namespace

DeviceQuantizedWeight::DeviceQuantizedWeight(const DevicePointer& device, CodeUploader& uploader,
                                             const compute::QuantizedWeight& weight) {
  requireConsistent(weight);
  m_shape = intShapeOf(weight.out, weight.in, weight.group, weight.bits);
  m_words =
      std::make_unique<DeviceBuffer>(device, static_cast<std::size_t>(weightWords(m_shape)) * sizeof(std::uint32_t));
  m_scales = byGroup(uploader, weight.scales, m_shape);
  if (!weight.zeros.empty()) m_zeros = byGroup(uploader, weight.zeros, m_shape);
  const auto codes = uploader.sendCodes(weight.codes, m_shape.int4);
  launchPackWeight(codes->data(), m_shape, m_words->as<std::uint32_t>(), device->compute().handle());
}

void fakeQuantize(const DevicePointer& device, const LayoutView& layout, std::int64_t sequences,
                  const ActivationQuant& quant, Tensor& x) {
  const QuantizeInputs inputs = quantizeInputs("fakeQuant", device, x, layout, sequences, quant, 16);
  const StreamHandle stream = device->compute().handle();
  if (inputs.scales != nullptr) {
    launchFakeQuantChannels(inputs.args, inputs.scales, inputs.lows, x.as<float>(), stream);
  } else {
    launchFakeQuant(inputs.args, x.as<float>(), stream);
  }
}

void quantize(const DevicePointer& device, const Tensor& x, const LayoutView& layout, std::int64_t sequences,
              const ActivationQuant& quant, Tensor& codes, Tensor& scales) {
  if (!quant.hasRowScales()) throw Error(ErrorCode::Internal, "quantize", "codes have one scale per row");
  requireTensor("quantize", codes, DType::I8, x.rows, x.cols);
  requireTensor("quantize", scales, DType::F32, x.rows, 1);
  const QuantizeInputs inputs = quantizeInputs("quantize", device, x, layout, sequences, quant, 8);
  launchQuantize(inputs.args, codes.as<std::int8_t>(), scales.as<float>(), device->compute().handle());
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
