// The tensors of one quantized linear as compressed-tensors stores them (formats.md section 2.2): names, shapes and
// bytes, both ways.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "analysis/checkpoint/safetensors_writer.h"
#include "analysis/checkpoint/tensor_source.h"
#include "analysis/compute/quantized_weight.h"
#include "quant/export/ct_config.h"

namespace oscope::quant {

/// One linear in the files. Tensor names are `module` + ".weight_packed", ".weight", ".weight_shape", ".weight_scale",
/// ".weight_zero_point", ".input_scale".
struct CtLinear {
  std::string module;
  std::int64_t out = 0, in = 0;
  CtScheme scheme;
  DType scaleDtype = DType::BF16;

  std::int64_t groups() const;  ///< scales of one output channel
};

/// Every tensor of the linear but its bias.
std::vector<checkpoint::TensorDeclaration> declareTensors(const CtLinear& linear);

/// Bytes of those tensors. A code out of range, a scale that is no value of the dtype, a zero or non-finite scale are
/// Internal errors: methods promise what the format needs. `inputScale` counts for static activations only.
std::map<std::string, std::vector<std::byte>> encodeTensors(const CtLinear& linear,
                                                            const compute::QuantizedWeight& weight, float inputScale);

/// The integer weight out of `source`. Missing tensors, other shapes and dtypes than declared are errors that name the
/// tensor.
compute::QuantizedWeight decodeWeight(const CtLinear& linear, const checkpoint::TensorSource& source);
/// The static scale of the linear's input.
float decodeInputScale(const CtLinear& linear, const checkpoint::TensorSource& source);

/// `values` rounded to nearest even to F16 or BF16, or kept as F32.
std::vector<std::byte> encodeFloats(std::span<const float> values, DType dtype);

}  // namespace oscope::quant
