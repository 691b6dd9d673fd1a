#include <cctype>
#include <charconv>

#include "analysis/base/error.h"
#include "quant/memory/memory_table.h"

namespace oscope::quant {
namespace {

/// Reads the schemes' spelling from left to right.
class SchemeReader {
 public:
  explicit SchemeReader(const std::string& text) : m_text(text) {
    for (char& c : m_text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }

  bool accept(std::string_view word) {
    if (m_text.compare(m_at, word.size(), word) != 0) return false;
    m_at += word.size();
    return true;
  }
  /// A whole number in [low, high]; nothing is consumed where there is none.
  bool acceptNumber(long low, long high, long& value) {
    const char* first = m_text.data() + m_at;
    const auto [last, error] = std::from_chars(first, m_text.data() + m_text.size(), value);
    if (error != std::errc() || value < low || value > high) return false;
    m_at += static_cast<std::size_t>(last - first);
    return true;
  }
  bool atEnd() const { return m_at == m_text.size(); }

 private:
  std::string m_text;
  std::size_t m_at = 0;
};

}  // namespace

MemoryScheme parseMemoryScheme(const std::string& text) {
  const auto refuse = [&]() -> Error {
    return Error(ErrorCode::InvalidArgument, "scheme '" + text + "'", "can't be read as a memory scheme",
                 "write W<bits>A<bits>, with KV<bits> and G<group> where wanted: W4A8, W4A8KV8, W4A8KV8G64, W16A16; "
                 "W4A4KV is RPTQ's name for 4-bit keys and values alone");
  };
  SchemeReader reader(text);
  MemoryScheme scheme;
  scheme.name = text;
  long weightBits = 0, activationBits = 0, number = 0;
  if (!reader.accept("W") || !reader.acceptNumber(1, 32, weightBits)) throw refuse();
  if (!reader.accept("A") || !reader.acceptNumber(1, 32, activationBits)) throw refuse();
  scheme.weightBits = static_cast<double>(weightBits);
  scheme.activationBits = scheme.kvBits = static_cast<double>(activationBits);
  if (reader.accept("KV")) {
    if (reader.acceptNumber(1, 32, number)) {
      scheme.kvBits = static_cast<double>(number);
    } else {
      scheme.activationBits = 16;  // "A4KV": the 4 is that of keys and values, activations stay at 16
    }
  }
  if (reader.accept("G")) {
    if (!reader.acceptNumber(0, 1 << 20, number)) throw refuse();
    scheme.group = number;
  }
  if (!reader.atEnd()) throw refuse();
  return scheme;
}

}  // namespace oscope::quant
