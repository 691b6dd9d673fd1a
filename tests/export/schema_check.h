// The part of JSON Schema that resources/schemas uses, so that written files are checked in every test run.
#pragma once

#include <string>

#include "analysis/base/json.h"

namespace oscope::test {

/// What is wrong with `value` under `schema`, with its place; empty: nothing. Unknown keywords are reported too.
std::string schemaViolation(const Json& schema, const Json& value);

}  // namespace oscope::test
