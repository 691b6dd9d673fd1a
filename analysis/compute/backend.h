// The seam between the engine and a device. The CPU backend is the reference; others match it op by op within named
// tolerances (tests/compute). Public headers know no device API.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/compute/activation_quant.h"
#include "analysis/compute/host_matrix.h"
#include "analysis/compute/quantized_weight.h"
#include "analysis/compute/reductions.h"
#include "analysis/compute/tensor.h"
#include "analysis/compute/weight_quantization.h"

namespace oscope::compute {

/// What a device is, in facts.
struct DeviceInfo {
  std::string id;                                ///< "cpu", "cuda:0"
  std::string name;                              ///< "AMD EPYC ...", "NVIDIA H200"
  std::uint64_t memoryBytes = 0, freeBytes = 0;  ///< free 0: of a device that was only listed, not known
  std::string detail;                            ///< instruction sets, library versions, compute capability
  int threads = 0;                               ///< CPU only
  /// Of a device: scratch memory of linear() per element of x, of attention() per element of q, k and v, and what else
  /// it takes whatever the op is.
  std::uint64_t scratchPerElement = 0, attentionScratchPerElement = 0, fixedBytes = 0;
};

/// How a GPU multiplies float32 activations with weights. The CPU always keeps float32.
enum class MatmulPrecision : std::uint8_t {
  /// Activations rounded to the weight's 16-bit type, as 16-bit models do; float32 weights in TF32, attention in fp16.
  Fast,
  Full,  ///< float32's precision: three products in place of one
};

enum class Activation : std::uint8_t { Identity, Relu, Silu, GeluErf, GeluTanh, QuickGelu };

/// A weight made ready for one backend: on the CPU a view of the mapped file, on a GPU device memory.
class Weight {
 public:
  virtual ~Weight() = default;
  virtual std::int64_t rows() const = 0;  ///< output channels; 1 for vectors
  virtual std::int64_t cols() const = 0;  ///< input channels
};
using WeightPtr = std::shared_ptr<const Weight>;

/// Rotary embedding over the first `dims` of each head, half-split layout (architectures.md section 3).
struct RopeParams {
  /// [dims / 2], radians per position. Angles, cos and sin are computed in float64 and rounded to float32 once.
  std::vector<double> inverseFrequencies;
  double attentionFactor = 1.0;  ///< multiplies cos and sin (yarn, longrope)
};

struct AttentionParams {
  float scale = 1.0f;              ///< multiplies q . k
  std::vector<float> alibiSlopes;  ///< [heads], empty: no ALiBi. Score += slope * key position
  std::int64_t window = 0;         ///< sliding window: query i sees keys j with i - j < window; 0: all before it
};

/// Per-token figures of two logit matrices [tokens, vocabulary] (float64 inside).
struct LogitComparison {
  std::vector<double> nllA, nllB;  ///< -log p(target); for the last token of a sequence (no target) 0
  std::vector<double> klAB;        ///< KL(A || B) in nats
  std::vector<std::int32_t> argmaxA, argmaxB;
};

/// Accumulates the reductions of one site over many batches, on the device.
class SiteAccumulator {
 public:
  virtual ~SiteAccumulator() = default;
  /// Hands the result over to the host. Nothing can be accumulated afterwards.
  virtual SiteReductions read() = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual DeviceInfo info() const = 0;
  /// Why this device can't do `op` (names of the functions below) on `dtype` weights; empty where it can.
  virtual std::string whyUnsupported(std::string_view op, DType dtype) const = 0;
  /// Long ops look at this token between pieces of a few milliseconds and throw Cancelled. What they were writing is
  /// then undefined. The default of a backend whose ops are short ignores it.
  virtual void setStopToken(std::stop_token stop) { (void)stop; }

  /// What linear() and attention() do from now on; backends without a choice stay at Full.
  virtual MatmulPrecision precision() const { return MatmulPrecision::Full; }
  virtual void setPrecision(MatmulPrecision precision) { (void)precision; }

  // Memory. Allocation that does not fit throws Error(OutOfMemory); the caller may halve its micro-batch and go on.
  virtual Tensor allocate(DType dtype, std::int64_t rows, std::int64_t cols) = 0;
  /// Host memory that upload() and download() reach fastest: pinned for a GPU.
  virtual std::shared_ptr<Buffer> allocateHost(std::size_t bytes) = 0;
  /// `host` may change at once, unless it comes from allocateHost(): then not before a later download() or
  /// synchronize().
  virtual void upload(const void* host, Tensor& device) = 0;
  virtual void download(const Tensor& device, void* host) = 0;
  /// May return before the copy is finished; the first op that uses the weight waits for it.
  virtual WeightPtr prepareWeight(const HostTensor& weight) = 0;
  virtual void synchronize() = 0;

  // Forward. Shapes: x [rows, in], y [rows, out]. y must be allocated; in-place where one tensor is both.
  /// out[r] = table[ids[r]] * scale, as float32.
  virtual void embed(const Weight& table, std::span<const std::int32_t> ids, float scale, Tensor& out) = 0;
  /// out[r] += table[position(r) + offset]: learned positions.
  virtual void addPositions(const Weight& table, const SequenceLayout& layout, std::int64_t offset, Tensor& out) = 0;
  /// y = x / sqrt(mean(x^2) + eps) * (weightOffset + w), in float32. y may be x. Heads of a fused row can be normed
  /// one by one: w.cols() divides x.cols().
  virtual void rmsNorm(const Tensor& x, const Weight& w, float eps, float weightOffset, Tensor& y) = 0;
  /// y = (x - mean) / sqrt(var + eps) * w + b. `w`, `b` may be null.
  virtual void layerNorm(const Tensor& x, const Weight* w, const Weight* b, float eps, Tensor& y) = 0;
  /// y = x W^T + b. Weights are converted inside the packing, never as a whole-model float32 copy. Each element's
  /// bits depend on its own sequence alone, not on the other sequences of the batch nor on the thread count.
  virtual void linear(const Tensor& x, const SequenceLayout& layout, const Weight& w, const Weight* bias,
                      Tensor& y) = 0;
  virtual void rope(HeadView x, const SequenceLayout& layout, const RopeParams& params) = 0;
  /// Causal softmax attention; query head h reads key/value head h / (q.heads / k.heads). out [rows, heads * headDim].
  virtual void attention(const HeadView& q, const HeadView& k, const HeadView& v, const SequenceLayout& layout,
                         const AttentionParams& params, Tensor& out) = 0;
  /// x = act(x).
  virtual void activate(Activation act, Tensor& x) = 0;
  /// up = act(gate) * up.
  virtual void gate(Activation act, const Tensor& gate, Tensor& up) = 0;
  /// x += y.
  virtual void add(Tensor& x, const Tensor& y) = 0;
  /// into = from, of the same shape.
  virtual void copy(const Tensor& from, Tensor& into) = 0;
  /// Rows [intoRow, intoRow + rows) of `into` = rows [fromRow, fromRow + rows) of `from`, of the same width.
  virtual void copyRows(const Tensor& from, std::int64_t fromRow, Tensor& into, std::int64_t intoRow,
                        std::int64_t rows) = 0;
  /// x[r, j] = x[r, order[j]]. `order` [cols].
  virtual void reorderChannels(std::span<const std::int32_t> order, Tensor& x) = 0;

  // Quantization.
  /// Codes of the folded weight by round to nearest, and the sums of squares that go with them; bit for bit the same on
  /// every device. `weight` from prepareWeight(). `clipLimits` [out, groups] bound |w| before (empty: none). Where
  /// weights are not finite or a scale exceeds its dtype, a NonFinite error names the first output channel and group.
  virtual WeightCodes quantizeWeight(const Weight& weight, const WeightFold& fold, const WeightQuant& quant,
                                     std::span<const float> clipLimits) = 0;
  /// x = scale * clamp(rne(x / scale)): the value that integer arithmetic would see; the same bits on every device.
  virtual void fakeQuant(Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant) = 0;
  /// codes [rows, cols] I8 and scales [rows, 1] F32 (the same value in every row for Static); where quant has row
  /// scales.
  virtual void quantize(const Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant, Tensor& codes,
                        Tensor& scales) = 0;
  /// Integer codes on the device, for dequantize() and integerLinear().
  virtual WeightPtr prepareQuantized(const QuantizedWeight& weight) = 0;
  /// scale * (code - zero) as an ordinary float32 weight, of codes from prepareQuantized(); the same bits on every
  /// device.
  virtual WeightPtr dequantize(const Weight& quantized) = 0;
  /// y = xScale * sum_g wScale_g * (sum in int32 of xCode * (wCode - zero)) + bias: the integer-true path.
  virtual void integerLinear(const Tensor& codes, const Tensor& scales, const Weight& quantized, const Weight* bias,
                             Tensor& y) = 0;

  // Statistics.
  virtual std::unique_ptr<SiteAccumulator> makeAccumulator(std::int64_t channels, const ReductionSpec& spec) = 0;
  /// One read of x for all reductions of the accumulator. `firstToken` is the token index of row 0.
  virtual void accumulate(SiteAccumulator& accumulator, const Tensor& x, const SequenceLayout& layout,
                          std::int64_t firstToken) = 0;
  /// targets[r] is the id that follows row r, -1 at the end of a sequence. `b` may be `a` (then klAB is 0).
  virtual LogitComparison compareLogits(const Tensor& a, const Tensor& b, std::span<const std::int32_t> targets) = 0;
  /// Sums over all elements, float64: {sum a^2, sum (a-b)^2, sum a b, sum b^2}. SQNR and cosine come from these.
  struct PairSums {
    double aa = 0, dd = 0, ab = 0, bb = 0;
  };
  virtual PairSums compare(const Tensor& a, const Tensor& b) = 0;
  /// max |a - b| over max |b|, over all elements, in float64; max |a - b| where b is all zeros. Infinity where a alone
  /// holds one, NaN where a or b holds a NaN or b an infinity.
  virtual double largestRelativeDifference(const Tensor& a, const Tensor& b) = 0;
  /// Sum of x^2 of each sequence, float64: the same bits whatever the other sequences and the thread count are.
  virtual std::vector<double> energies(const Tensor& x, const SequenceLayout& layout) = 0;
};

}  // namespace oscope::compute
