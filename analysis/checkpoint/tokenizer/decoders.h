// The "decoder" of tokenizer.json: tokens back to text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

/// Thread-safe.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// The texts of the tokens, to be joined without anything between them.
  virtual std::vector<std::string> decode(std::vector<std::string> tokens) const = 0;
  /// One token by itself as a person should see it: spaces as spaces, bytes that aren't text as <0xE4>.
  virtual std::string show(std::string token) const { return token; }
};

/// Sequence, Replace, ByteFallback, Fuse, Strip, ByteLevel, Metaspace.
std::unique_ptr<Decoder> readDecoder(const Part& part);

}  // namespace oscope::checkpoint
