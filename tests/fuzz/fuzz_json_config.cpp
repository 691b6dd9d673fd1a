// Strict JSON, and a config made of it.
#include <span>
#include <string>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/checkpoint/hf_config.h"
#include "tests/fuzz/fuzz_check.h"

namespace {

using namespace oscope;

/// Runs one typed access: it either gives a value or a Malformed error of a bearable length.
template <typename Access>
void ask(Access access) {
  try {
    access();
  } catch (const Error& error) {
    OSCOPE_FUZZ_CHECK(error.code() == ErrorCode::Malformed && error.text().size() < 4096);
  }
}

void askEverything(const checkpoint::HfConfig& config) {
  ask([&] { config.modelType(); });
  ask([&] { config.integer({"hidden_size", "n_embd", "d_model"}); });
  ask([&] { config.integer({"num_key_value_heads"}, 1); });
  ask([&] {
    const std::int64_t layers = config.dimension({"num_hidden_layers", "n_layer"}, 1, 10'000);
    OSCOPE_FUZZ_CHECK(layers >= 1 && layers <= 10'000);
  });
  ask([&] { config.number({"rms_norm_eps", "layer_norm_epsilon"}); });
  ask([&] { config.number({"rope_theta"}, 1e4); });
  ask([&] { config.flag({"tie_word_embeddings"}, false); });
  ask([&] { config.text({"hidden_act", "activation_function"}, "silu"); });
  ask([&] { config.object({"rope_scaling", "rope_parameters"}); });
  ask([&] { requireKey<std::int64_t>(config.values(), "vocab_size", "input"); });
  ask([&] { requireKey<std::string>(config.values(), "hidden_act", "input"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Json value;
  try {
    value = parseJson(text, "input");
  } catch (const Error& error) {
    OSCOPE_FUZZ_CHECK(error.code() == ErrorCode::Malformed && error.text().size() < 4096);
    return 0;
  }
  // What is written from a parsed value reads back as the same value.
  OSCOPE_FUZZ_CHECK(parseJson(value.dump(), "dump") == value);
  askEverything(checkpoint::HfConfig(value, "input"));
  return 0;
}
