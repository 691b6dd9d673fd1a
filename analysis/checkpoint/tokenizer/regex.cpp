#include "analysis/checkpoint/tokenizer/regex.h"

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/regex_syntax.h"

namespace oscope::checkpoint {
namespace {

// Bounds for expressions that nobody vouches for.
constexpr std::size_t kMaxPatternBytes = 64u << 10;
constexpr std::uint32_t kMaxNesting = 64;
constexpr std::uint32_t kMatchLimit = 50'000'000;
constexpr std::uint32_t kHeapLimitKib = 256u << 10;

template <auto free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};
using CodePtr = std::unique_ptr<pcre2_code, Freer<pcre2_code_free>>;
using CompileContextPtr = std::unique_ptr<pcre2_compile_context, Freer<pcre2_compile_context_free>>;
using MatchContextPtr = std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context_free>>;
using MatchDataPtr = std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>>;

std::string messageOf(int error) {
  char buffer[256] = {};
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(buffer), sizeof buffer);
  return buffer;
}

CodePtr compile(const std::string& pattern, int& error, std::size_t& offset) {
  const CompileContextPtr context(pcre2_compile_context_create(nullptr));
  if (!context) throw Error(ErrorCode::OutOfMemory, "", "no memory for a regular expression");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(context.get(), kMaxNesting);
  return CodePtr(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                               PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &offset,
                               context.get()));
}

bool isScript(const std::string& name) {
  int error = 0;
  std::size_t offset = 0;
  return compile(fmt::format("\\p{{sc:{}}}", name), error, offset) != nullptr;
}

}  // namespace

struct Regex::Code {
  std::string where, pattern;
  CodePtr code;
  MatchContextPtr context;
};

Regex::Regex(std::string_view pattern, std::string where) : m_code(std::make_unique<Code>()) {
  m_code->where = std::move(where);
  m_code->pattern = pattern;
  if (pattern.empty() || pattern.size() > kMaxPatternBytes) {
    throw Error(ErrorCode::Malformed, m_code->where,
                fmt::format("a regular expression of {} bytes; it may have 1 to {}", pattern.size(), kMaxPatternBytes));
  }
  const std::string translated = translateRegex(pattern, m_code->where, isScript);
  int error = 0;
  std::size_t offset = 0;
  m_code->code = compile(translated, error, offset);
  if (!m_code->code) {
    throw Error(ErrorCode::Malformed, m_code->where,
                fmt::format("the regular expression \"{}\" can't be compiled: {}", pattern, messageOf(error)));
  }
  pcre2_jit_compile(m_code->code.get(), PCRE2_JIT_COMPLETE);  // without it the interpreter runs, only slower
  m_code->context.reset(pcre2_match_context_create(nullptr));
  if (!m_code->context) throw Error(ErrorCode::OutOfMemory, m_code->where, "no memory for a regular expression");
  pcre2_set_match_limit(m_code->context.get(), kMatchLimit);
  pcre2_set_heap_limit(m_code->context.get(), kHeapLimitKib);
}

Regex::~Regex() = default;

bool Regex::forEachMatch(std::string_view text, const std::function<bool(std::size_t, std::size_t)>& visit) const {
  const MatchDataPtr data(pcre2_match_data_create(1, nullptr));
  if (!data) throw Error(ErrorCode::OutOfMemory, m_code->where, "no memory for a match");
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  std::size_t from = 0, lastEnd = text.size() + 1;
  while (from <= text.size()) {
    const auto search = [&](std::uint32_t options) {
      return pcre2_match(m_code->code.get(), subject, text.size(), from, options | PCRE2_NO_UTF_CHECK, data.get(),
                         m_code->context.get());
    };
    int result = search(0);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = search(PCRE2_NO_JIT);
    if (result == PCRE2_ERROR_NOMATCH) return true;
    if (result < 0) {
      throw Error(ErrorCode::Unsupported, m_code->where,
                  fmt::format("the regular expression \"{}\" gave up on the text at byte {}: {}", m_code->pattern, from,
                              messageOf(result)));
    }
    const std::size_t* range = pcre2_get_ovector_pointer(data.get());
    const std::size_t begin = range[0], end = range[1];
    if (begin == end && end == lastEnd) {
      for (++from; from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0u) == 0x80u;) ++from;
      continue;
    }
    from = lastEnd = end;
    if (!visit(begin, end)) return false;
  }
  return true;
}

}  // namespace oscope::checkpoint
