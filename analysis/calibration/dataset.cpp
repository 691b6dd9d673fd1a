#include "analysis/calibration/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "analysis/base/error.h"
#include "analysis/base/hash.h"
#include "analysis/base/json.h"
#include "analysis/base/mapped_file.h"
#include "analysis/base/number_text.h"
#include "analysis/calibration/random_tokens.h"
#include "analysis/calibration/token_file.h"

namespace oscope::calibration {
namespace {

using Source = DatasetOptions::Source;

constexpr std::int64_t kMaxTokens = std::int64_t{1} << 34;
constexpr const char* kJsonlJoint = "\n\n";

void validate(const DatasetOptions& options, std::int64_t vocabulary) {
  const auto require = [](bool condition, const char* text) {
    if (!condition) throw Error(ErrorCode::InvalidArgument, "dataset", text);
  };
  require(options.samples >= 1, "at least one sample is needed");
  require(options.length >= 1, "samples need at least one token");
  require(options.firstSample >= 0, "the first sample can't be negative");
  require(options.samples <= kMaxTokens && options.firstSample <= kMaxTokens &&
              options.length <= kMaxTokens / (options.samples + options.firstSample),
          "more tokens than this program can count");
  require(vocabulary >= 1 && vocabulary <= std::numeric_limits<std::int32_t>::max(), "the vocabulary is empty");
}

/// Tokens up to the end of the last window asked for.
std::size_t tokensNeeded(const DatasetOptions& options) {
  return static_cast<std::size_t>((options.firstSample + options.samples) * options.length);
}

/// The windows asked for out of one run of ids (all there are, or at least as many as needed).
void takeWindows(const DatasetOptions& options, const std::vector<std::int32_t>& run, Dataset& data) {
  if (run.size() < tokensNeeded(options)) {
    const auto windows = static_cast<std::int64_t>(run.size()) / options.length;
    throw DatasetError(DatasetError::Option::Samples, std::max<std::int64_t>(0, windows - options.firstSample),
                       ErrorCode::InvalidArgument, options.file.string(),
                       fmt::format("holds {}, {} of {}, but {} are asked for from window {} on",
                                   formatCounted(static_cast<std::int64_t>(run.size()), "token", "tokens"),
                                   formatCounted(windows, "window", "windows"), formatCount(options.length),
                                   formatCount(options.samples), formatCount(options.firstSample)),
                       "ask for fewer or shorter windows, or give more text");
  }
  const auto first = run.begin() + options.firstSample * options.length;
  data.ids.assign(first, first + options.samples * options.length);
}

void checkIds(const DatasetOptions& options, const Dataset& data, std::int64_t vocabulary) {
  const auto bad = std::find_if(data.ids.begin(), data.ids.end(), [&](auto id) { return id < 0 || id >= vocabulary; });
  if (bad == data.ids.end()) return;
  const std::int64_t place = bad - data.ids.begin();
  throw Error(ErrorCode::Mismatch, options.file.string(),
              fmt::format("the tokenizer made id {} (window {}, token {}), but the model's vocabulary ends at {}", *bad,
                          options.firstSample + place / options.length, place % options.length, vocabulary),
              "use the tokenizer that belongs to the model");
}

void encodeText(const DatasetOptions& options, const checkpoint::Tokenizer* tokenizer, std::string_view text,
                Dataset& data) {
  if (!tokenizer) {
    throw Error(ErrorCode::InvalidArgument, options.file.string(), "the model has no tokenizer to encode text with",
                "give token ids, or calibrate on random tokens");
  }
  std::vector<std::int32_t> run = tokenizer->startIds();
  data.bosAtStart = !run.empty() && options.firstSample == 0;
  const std::size_t needed = tokensNeeded(options);
  const auto ids = tokenizer->encodeFirst(text, needed - std::min(needed, run.size()));
  run.insert(run.end(), ids.begin(), ids.end());
  takeWindows(options, run, data);
}

void readText(const DatasetOptions& options, const checkpoint::Tokenizer* tokenizer, Dataset& data) {
  const MappedFile file(options.file);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  try {
    encodeText(options, tokenizer, text, data);
  } catch (const Error& error) {
    file.verifyIntact();  // what vanished under the tokenizer reads as zeros
    if (error.where().starts_with(options.file.string())) throw;
    throw Error(error.code(), fmt::format("{}: {}", options.file.string(), error.where()), error.text(),
                error.remedy());
  }
  file.verifyIntact();
}

/// The texts or the ids of a JSONL file, whichever its lines hold.
struct JsonlContent {
  std::string text;
  std::vector<std::int32_t> ids;
  bool anyText = false, anyIds = false;
};

void readLine(const DatasetOptions& options, std::string_view line, const std::string& where, std::int64_t vocabulary,
              JsonlContent& content) {
  const Json json = parseJson(line, where);
  const auto found = json.is_object() ? json.find(options.jsonKey) : json.end();
  if (!json.is_object() || found == json.end() || !(found->is_string() || found->is_array())) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("must be an object with \"{}\": a text or an array of token ids", options.jsonKey),
                "name the field that holds the text");
  }
  if (found->is_string()) {
    if (content.anyText) content.text += kJsonlJoint;
    content.text += found->get_ref<const std::string&>();
    content.anyText = true;
  } else {
    content.anyIds = true;
    for (std::size_t i = 0; i < found->size(); ++i) {
      const Json& id = (*found)[i];
      if (!id.is_number_integer() || id < 0 || id >= vocabulary) {
        throw Error(ErrorCode::Mismatch, where,
                    fmt::format("\"{}\"[{}] is {}, no id of the vocabulary [0, {})", options.jsonKey, i, id.dump(),
                                vocabulary));
      }
      content.ids.push_back(id.get<std::int32_t>());
    }
  }
  if (content.anyText && content.anyIds) {
    throw Error(ErrorCode::Malformed, where, "texts and token ids are mixed in one file", "use two files");
  }
}

void readJsonl(const DatasetOptions& options, const checkpoint::Tokenizer* tokenizer, std::int64_t vocabulary,
               Dataset& data) {
  const MappedFile file(options.file);
  const std::string_view all(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  JsonlContent content;
  std::int64_t number = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find('\n', begin), all.size());
    const std::string_view line = all.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    readLine(options, line, fmt::format("{}, line {}", options.file.string(), number), vocabulary, content);
  }
  file.verifyIntact();
  if (content.anyIds) {
    takeWindows(options, content.ids, data);
  } else {
    encodeText(options, tokenizer, content.text, data);
  }
}

void readTokens(const DatasetOptions& options, std::int64_t vocabulary, Dataset& data) {
  const TokenFile tokens = readTokenFile(options.file, vocabulary);
  DatasetOptions shaped = options;
  if (tokens.rowLength != 0) {
    if (options.lengthOfFile) shaped.length = tokens.rowLength;
    const auto rows = static_cast<std::int64_t>(tokens.ids.size()) / tokens.rowLength;
    if (options.samplesOfFile && rows > options.firstSample) shaped.samples = rows - options.firstSample;
  }
  if (tokens.rowLength != 0 && tokens.rowLength != shaped.length) {
    throw DatasetError(DatasetError::Option::Length, tokens.rowLength, ErrorCode::InvalidArgument,
                       options.file.string(),
                       fmt::format("its rows have {} tokens, but samples of {} are asked for",
                                   formatCount(tokens.rowLength), formatCount(shaped.length)),
                       fmt::format("ask for the length {}", formatCount(tokens.rowLength)));
  }
  takeWindows(shaped, tokens.ids, data);
  data.samples = shaped.samples;
  data.length = shaped.length;
}

void drawRandom(const DatasetOptions& options, const checkpoint::Tokenizer* tokenizer, std::int64_t vocabulary,
                Dataset& data) {
  std::unordered_set<std::int32_t> special;
  if (tokenizer) {
    for (const std::int32_t id : tokenizer->specialIds()) special.insert(id);
  }
  std::vector<std::int32_t> allowed;
  for (std::int32_t id = 0; id < vocabulary; ++id) {
    if (!special.contains(id)) allowed.push_back(id);
  }
  if (allowed.empty()) {
    throw Error(ErrorCode::InvalidArgument, "dataset", "every id of the vocabulary is a special token");
  }
  data.ids.resize(static_cast<std::size_t>(options.samples * options.length));
  for (std::int64_t i = 0; i < options.samples; ++i) {
    fillRandomTokens(options.seed, options.firstSample + i, allowed,
                     std::span(data.ids).subspan(static_cast<std::size_t>(i * options.length),
                                                 static_cast<std::size_t>(options.length)));
  }
}

}  // namespace

std::string Dataset::hash() const {
  Sha256 sha;
  sha.updateValues(std::span<const std::int32_t>(ids));
  return sha.finish();
}

Dataset loadDataset(const DatasetOptions& options, const checkpoint::Tokenizer* tokenizer, std::int64_t vocabulary) {
  validate(options, vocabulary);
  Dataset data;
  data.samples = options.samples;
  data.length = options.length;
  data.firstSample = options.firstSample;
  data.source = toString(options.source);
  if (!options.file.empty()) data.file = std::filesystem::absolute(options.file).lexically_normal();
  data.jsonKey = options.jsonKey;
  data.fileName = options.file.filename().string();
  switch (options.source) {
    case Source::Random:
      drawRandom(options, tokenizer, vocabulary, data);
      break;
    case Source::Text:
      readText(options, tokenizer, data);
      break;
    case Source::Jsonl:
      readJsonl(options, tokenizer, vocabulary, data);
      break;
    case Source::Tokens:
      readTokens(options, vocabulary, data);
      break;
  }
  checkIds(options, data, vocabulary);
  return data;
}

const char* toString(Source source) {
  switch (source) {
    case Source::Random:
      return "random";
    case Source::Text:
      return "text";
    case Source::Jsonl:
      return "jsonl";
    case Source::Tokens:
      return "tokens";
  }
  throw Error(ErrorCode::InvalidArgument, "dataset", "unknown source");
}

std::optional<Source> parseSource(std::string_view text) {
  for (const Source source : {Source::Random, Source::Text, Source::Jsonl, Source::Tokens}) {
    if (text == toString(source)) return source;
  }
  return std::nullopt;
}

LoadedData loadData(const DatasetOptions& options, const std::filesystem::path& modelFolder, std::int64_t vocabulary) {
  LoadedData loaded;
  try {
    loaded.tokenizer = checkpoint::loadTokenizer(modelFolder);
  } catch (const Error& error) {
    // Ids need no tokenizer: then it only supplies the texts of tokens.
    const bool needed = options.source == Source::Text || options.source == Source::Jsonl;
    if (needed || error.code() != ErrorCode::FileNotFound) throw;
  }
  loaded.dataset = loadDataset(options, loaded.tokenizer.get(), vocabulary);
  return loaded;
}

}  // namespace oscope::calibration
