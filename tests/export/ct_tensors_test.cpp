#include "quant/export/ct_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

/// Encoded tensors read back as a checkpoint would give them.
class EncodedSource final : public checkpoint::TensorSource {
 public:
  EncodedSource(const CtLinear& linear, std::map<std::string, std::vector<std::byte>> bytes)
      : m_declared(declareTensors(linear)), m_bytes(std::move(bytes)) {}

  bool contains(const std::string& name) const override { return m_bytes.count(name) != 0; }
  compute::HostTensor tensor(const std::string& name) const override {
    for (const checkpoint::TensorDeclaration& declared : m_declared) {
      if (declared.name == name) return {m_bytes.at(name).data(), declared.dtype, declared.shape, nullptr, name};
    }
    throw Error(ErrorCode::MissingTensor, name, "is missing");
  }
  std::vector<checkpoint::TensorDeclaration> m_declared;
  std::map<std::string, std::vector<std::byte>> m_bytes;
};

CtLinear makeLinear(WeightScheme scheme, CtContainer container, Granularity activation) {
  CtLinear linear;
  linear.module = "model.layers.3.mlp.up_proj";
  linear.out = 6;
  linear.in = 40;
  linear.scheme = {scheme, container, activation, 8};
  return linear;
}

compute::QuantizedWeight randomWeight(const CtLinear& linear) {
  std::mt19937 random(11);
  const int half = 1 << (linear.scheme.weights.bits - 1);
  std::uniform_int_distribution<int> code(-half, half - 1), exponent(-8, 3);
  compute::QuantizedWeight weight;
  weight.out = linear.out;
  weight.in = linear.in;
  weight.bits = linear.scheme.weights.bits;
  weight.group = linear.in / linear.groups();
  for (std::int64_t i = 0; i < linear.out * linear.in; ++i)
    weight.codes.push_back(static_cast<std::int8_t>(code(random)));
  for (std::int64_t i = 0; i < linear.out * linear.groups(); ++i) {
    weight.scales.push_back(std::ldexp(1.5f, exponent(random)));
    if (!linear.scheme.weights.symmetric) weight.zeros.push_back(code(random));
  }
  return weight;
}

TEST(CtTensors, EveryKindRoundTripsThroughItsTensors) {
  for (const int bits : {4, 8}) {
    for (const std::int64_t group : {std::int64_t{0}, std::int64_t{8}}) {
      for (const bool symmetric : {true, false}) {
        for (const CtContainer container : {CtContainer::Packed, CtContainer::Int8}) {
          const CtLinear linear = makeLinear({bits, group, symmetric}, container, Granularity::Tensor);
          const compute::QuantizedWeight weight = randomWeight(linear);
          const auto bytes = encodeTensors(linear, weight, 0.125f);
          ASSERT_EQ(bytes.size(), declareTensors(linear).size());
          for (const checkpoint::TensorDeclaration& declared : declareTensors(linear)) {
            compute::HostTensor shape{nullptr, declared.dtype, declared.shape, nullptr, declared.name};
            EXPECT_EQ(bytes.at(declared.name).size(), shape.bytes()) << declared.name;
          }
          const EncodedSource source(linear, bytes);
          const compute::QuantizedWeight read = decodeWeight(linear, source);
          EXPECT_EQ(read.codes, weight.codes);
          EXPECT_EQ(read.scales, weight.scales);
          EXPECT_EQ(read.zeros, weight.zeros);
          EXPECT_EQ(read.group, weight.group);
          EXPECT_EQ(decodeInputScale(linear, source), 0.125f);
        }
      }
    }
  }
}

// formats.md section 2.2: absent tensors matter, a client rejects a stray one.
TEST(CtTensors, DeclaresNothingThatTheClientWouldNotExpect) {
  const auto names = [](const CtLinear& linear) {
    std::vector<std::string> result;
    for (const auto& declared : declareTensors(linear)) result.push_back(declared.name.substr(linear.module.size()));
    return result;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(names(makeLinear({4, 8, true}, CtContainer::Packed, Granularity::Token)),
              ElementsAre(".weight_packed", ".weight_shape", ".weight_scale"));
  EXPECT_THAT(names(makeLinear({4, 8, true}, CtContainer::Int8, Granularity::Tensor)),
              ElementsAre(".weight", ".weight_scale", ".input_scale"));
  EXPECT_THAT(names(makeLinear({8, 0, false}, CtContainer::Packed, Granularity::Float)),
              ElementsAre(".weight_packed", ".weight_shape", ".weight_scale", ".weight_zero_point"));
}

TEST(CtTensors, RefusesScalesThatTheFileCannotHold) {
  const CtLinear linear = makeLinear({4, 8, true}, CtContainer::Packed, Granularity::Tensor);
  const compute::QuantizedWeight good = randomWeight(linear);
  for (const float bad : {0.0f, -1.0f, 0.1f, std::numeric_limits<float>::infinity()}) {
    compute::QuantizedWeight weight = good;
    weight.scales[3] = bad;
    EXPECT_THROW(encodeTensors(linear, weight, 0.125f), Error) << bad;
  }
  EXPECT_THROW(encodeTensors(linear, good, 0.1f), Error);  // 0.1 is no bf16 value
  EXPECT_THROW(encodeTensors(linear, good, 0), Error);
}

TEST(CtTensors, RefusesCodesAndShapesThatDoNotFit) {
  const CtLinear linear = makeLinear({4, 8, true}, CtContainer::Int8, Granularity::Token);
  compute::QuantizedWeight weight = randomWeight(linear);
  weight.codes[5] = 8;
  EXPECT_THROW(encodeTensors(linear, weight, 0), Error);

  auto bytes = encodeTensors(linear, randomWeight(linear), 0);
  bytes.at(linear.module + ".weight")[7] = std::byte{0x7f};
  try {
    decodeWeight(linear, EncodedSource(linear, bytes));
    FAIL() << "a code of 127 was read as int4";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Malformed);
    EXPECT_THAT(error.text(), ::testing::HasSubstr("element 7"));
  }
}

}  // namespace
}  // namespace oscope::quant
