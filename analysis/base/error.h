// Errors end a job; what a job merely finds is a Diagnostic (diagnostic.h).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace oscope {

/// One meaning each. Faces may map them to icons; texts are made where the error is found.
enum class ErrorCode {
  InvalidArgument,  ///< an option or a value out of its domain
  FileNotFound,
  FileUnreadable,  ///< permissions, I/O errors
  FileTruncated,   ///< shorter than its own header says
  FileChanged,     ///< changed or shrank while it was in use
  Malformed,       ///< the content breaks the format's rules
  Unsupported,     ///< well-formed, but a part that this program doesn't know
  MissingTensor,
  WrongShape,
  WrongDType,
  NonFinite,    ///< NaN or infinity in weights or activations
  Mismatch,     ///< things that do not belong together (snapshot of another model, ...)
  OutOfMemory,  ///< host or device memory, or the memory promise cannot be kept
  DiskFull,
  WriteFailed,
  Device,    ///< an accelerator reported an error
  Internal,  ///< a bug of ours
};

/// "malformed", "disk full", ...: the code in words, for messages and JSON.
std::string_view toString(ErrorCode code);

/// An error that ends the running job.
/// `where` names file, tensor and byte offset as far as they are known; `remedy` says how to go on.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, std::string where, std::string text, std::string remedy = {});

  ErrorCode code() const { return m_code; }
  const std::string& where() const { return m_where; }
  const std::string& text() const { return m_text; }
  const std::string& remedy() const { return m_remedy; }

 private:
  ErrorCode m_code;
  std::string m_where, m_text, m_remedy;
};

/// Thrown where a job notices that its stop was requested. Not an Error: nothing went wrong.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// An Error made from errno after a failed system call on `where` (ENOSPC becomes DiskFull, ENOENT FileNotFound, ...).
Error systemError(int errnoValue, std::string where, const std::string& action);

/// `text` as far as a message can bear: at most `maxBytes`, cut between UTF-8 characters and marked with "...".
std::string clipped(std::string_view text, std::size_t maxBytes = 200);

}  // namespace oscope
