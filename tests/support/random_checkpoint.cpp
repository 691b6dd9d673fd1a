#include "tests/support/random_checkpoint.h"

#include <cmath>
#include <fstream>
#include <span>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/checkpoint/safetensors_writer.h"

namespace oscope::test {
namespace {

std::vector<checkpoint::TensorDeclaration> declare(const RandomShape& s) {
  const std::int64_t kv = s.hidden / s.heads * s.kvHeads;
  std::vector<checkpoint::TensorDeclaration> tensors;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    tensors.push_back({name, s.dtype, std::move(shape)});
  };
  add("model.embed_tokens.weight", {s.vocabulary, s.hidden});
  add("model.norm.weight", {s.hidden});
  for (std::int64_t block = 0; block < s.blocks; ++block) {
    const std::string prefix = "model.layers." + std::to_string(block) + ".";
    add(prefix + "input_layernorm.weight", {s.hidden});
    add(prefix + "self_attn.q_proj.weight", {s.hidden, s.hidden});
    add(prefix + "self_attn.k_proj.weight", {kv, s.hidden});
    add(prefix + "self_attn.v_proj.weight", {kv, s.hidden});
    add(prefix + "self_attn.o_proj.weight", {s.hidden, s.hidden});
    add(prefix + "post_attention_layernorm.weight", {s.hidden});
    add(prefix + "mlp.gate_proj.weight", {s.ffn, s.hidden});
    add(prefix + "mlp.up_proj.weight", {s.ffn, s.hidden});
    add(prefix + "mlp.down_proj.weight", {s.hidden, s.ffn});
  }
  return tensors;
}

/// Uniform with the variance 1 / in, norms around 1; a plain generator, so that a billion of them take seconds.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : m_state(seed * 0x9E3779B97F4A7C15u + 1) {}
  float next() {
    m_state = m_state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<float>(static_cast<std::int32_t>(m_state >> 32)) * 0x1p-31f;
  }

 private:
  std::uint64_t m_state;
};

void appendValue(std::vector<std::byte>& bytes, DType dtype, float value) {
  const auto append = [&](const auto& bits) {
    const auto raw = std::as_bytes(std::span(&bits, 1));
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  };
  if (dtype == DType::BF16) return append(floatToBf16(value));
  append(value);
}

}  // namespace

void writeRandomCheckpoint(const std::filesystem::path& folder, const RandomShape& s) {
  std::filesystem::create_directories(folder);
  writeJsonFile(folder / "config.json", {{"architectures", {"LlamaForCausalLM"}},
                                         {"model_type", "llama"},
                                         {"hidden_size", s.hidden},
                                         {"intermediate_size", s.ffn},
                                         {"num_hidden_layers", s.blocks},
                                         {"num_attention_heads", s.heads},
                                         {"num_key_value_heads", s.kvHeads},
                                         {"vocab_size", s.vocabulary},
                                         {"max_position_embeddings", s.positions},
                                         {"rms_norm_eps", 1e-5},
                                         {"rope_theta", 10000.0},
                                         {"hidden_act", "silu"},
                                         {"tie_word_embeddings", true}});
  const auto tensors = declare(s);
  checkpoint::SafetensorsWriter writer(folder / "model.safetensors", tensors, {});
  Generator generator(s.seed);
  for (const auto& tensor : tensors) {
    const bool norm = tensor.shape.size() == 1;
    const auto scale = norm ? 0.2f : static_cast<float>(std::sqrt(3.0 / static_cast<double>(tensor.shape.back())));
    std::int64_t count = 1;
    for (const std::int64_t extent : tensor.shape) count *= extent;
    std::vector<std::byte> bytes;
    bytes.reserve(static_cast<std::size_t>(count) * sizeof(float));
    for (std::int64_t i = 0; i < count; ++i) {
      appendValue(bytes, s.dtype, (norm ? 1.0f : 0.0f) + scale * generator.next());
    }
    writer.write(tensor.name, bytes);
  }
  writer.commit();
}

void pokeTensor(const std::filesystem::path& folder, const std::string& tensor, std::int64_t element, float value) {
  const checkpoint::SafetensorsReader reader(folder / "model.safetensors");
  for (const checkpoint::TensorEntry& entry : reader.header().tensors) {
    if (entry.name != tensor) continue;
    std::vector<std::byte> bytes;
    appendValue(bytes, entry.dtype, value);
    std::fstream file(folder / "model.safetensors", std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(reader.header().dataStart + entry.begin) +
               element * static_cast<std::streamoff>(bytes.size()));
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return;
  }
  throw Error(ErrorCode::MissingTensor, tensor, "is not in the written checkpoint");
}

}  // namespace oscope::test
