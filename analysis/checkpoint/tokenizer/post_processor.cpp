#include "analysis/checkpoint/tokenizer/post_processor.h"

#include <fmt/format.h>

#include <limits>

#include "analysis/base/error.h"

namespace oscope::checkpoint {
namespace {

[[noreturn]] void malformed(const std::string& where, const std::string& text) {
  throw Error(ErrorCode::Malformed, where, text);
}

std::int32_t checkedId(const Json& value, const std::string& where) {
  if (!value.is_number_integer() || value < 0 || value > std::numeric_limits<std::int32_t>::max()) {
    malformed(where, "an id must be an integer from 0 on");
  }
  return value.get<std::int32_t>();
}

const Json& member(const Json& object, const char* key, const std::string& where) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) malformed(where, fmt::format("\"{}\" is missing", key));
  return *found;
}

PostProcessor readTemplate(const Part& part) {
  part.checkKeys({"single", "pair", "special_tokens"});
  const Json& tokens = member(part.json, "special_tokens", part.where);
  PostProcessor result;
  bool textSeen = false;
  for (const Part& step : part.list("single")) {
    if (step.json.contains("Sequence")) {
      const auto which = requireKey<std::string>(step.json["Sequence"], "id", step.where);
      if (textSeen || which != "A") step.refuse("a template that holds the text twice");
      textSeen = true;
      continue;
    }
    const auto name = requireKey<std::string>(member(step.json, "SpecialToken", step.where), "id", step.where);
    const Json& ids = member(member(tokens, name.c_str(), part.where), "ids", part.where);
    if (!ids.is_array()) malformed(part.where, "\"ids\" must be an array");
    for (const Json& id : ids) (textSeen ? result.after : result.before).push_back(checkedId(id, part.where));
  }
  if (!textSeen) part.refuse("a template without the text");
  return result;
}

/// [CLS] text [SEP]: "cls" and "sep" are pairs of token and id.
PostProcessor readClsSep(const Part& part) {
  const auto id = [&](const char* key) {
    const Json& pair = member(part.json, key, part.where);
    if (!pair.is_array() || pair.size() != 2)
      malformed(part.where, fmt::format("\"{}\" must be a token and an id", key));
    return checkedId(pair[1], part.where);
  };
  return {{id("cls")}, {id("sep")}};
}

}  // namespace

PostProcessor readPostProcessor(const Part& part) {
  const std::string type = part.type();
  if (type == "TemplateProcessing") return readTemplate(part);
  if (type == "RobertaProcessing") {
    part.checkKeys({"sep", "cls", "trim_offsets", "add_prefix_space"});
    return readClsSep(part);
  }
  if (type == "BertProcessing") {
    part.checkKeys({"sep", "cls"});
    return readClsSep(part);
  }
  if (type == "ByteLevel") {
    part.checkKeys({"add_prefix_space", "trim_offsets", "use_regex"});
    return {};
  }
  if (type == "Sequence") {
    part.checkKeys({"processors"});
    PostProcessor result;
    for (const Part& inner : part.list("processors")) {
      const PostProcessor outer = readPostProcessor(inner);
      result.before.insert(result.before.begin(), outer.before.begin(), outer.before.end());
      result.after.insert(result.after.end(), outer.after.begin(), outer.after.end());
    }
    return result;
  }
  part.refuseType();
}

}  // namespace oscope::checkpoint
