// The Error that an action ends with, so that tests can look at its code, its place and its remedy.
#pragma once

#include <gtest/gtest.h>

#include "analysis/base/error.h"

namespace oscope::test {

/// Runs `action`; where it ends without an Error, the test fails and an Internal error with no text is returned.
template <typename Action>
Error errorOf(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return {ErrorCode::Internal, "", ""};
}

}  // namespace oscope::test
