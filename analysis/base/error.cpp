#include "analysis/base/error.h"

#include <cerrno>
#include <cstring>

namespace oscope {
namespace {

std::string compose(const std::string& where, const std::string& text, const std::string& remedy) {
  std::string message = where.empty() ? text : where + ": " + text;
  if (!remedy.empty()) message += " (" + remedy + ")";
  return message;
}

}  // namespace

std::string_view toString(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "invalid argument";
    case ErrorCode::FileNotFound:
      return "file not found";
    case ErrorCode::FileUnreadable:
      return "file unreadable";
    case ErrorCode::FileTruncated:
      return "file truncated";
    case ErrorCode::FileChanged:
      return "file changed";
    case ErrorCode::Malformed:
      return "malformed";
    case ErrorCode::Unsupported:
      return "unsupported";
    case ErrorCode::MissingTensor:
      return "missing tensor";
    case ErrorCode::WrongShape:
      return "wrong shape";
    case ErrorCode::WrongDType:
      return "wrong dtype";
    case ErrorCode::NonFinite:
      return "not finite";
    case ErrorCode::Mismatch:
      return "mismatch";
    case ErrorCode::OutOfMemory:
      return "out of memory";
    case ErrorCode::DiskFull:
      return "disk full";
    case ErrorCode::WriteFailed:
      return "write failed";
    case ErrorCode::Device:
      return "device error";
    case ErrorCode::Internal:
      return "internal error";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string where, std::string text, std::string remedy)
    : std::runtime_error(compose(where, text, remedy)),
      m_code(code),
      m_where(std::move(where)),
      m_text(std::move(text)),
      m_remedy(std::move(remedy)) {}

std::string clipped(std::string_view text, std::size_t maxBytes) {
  if (text.size() <= maxBytes) return std::string(text);
  std::size_t end = maxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

Error systemError(int errnoValue, std::string where, const std::string& action) {
  const std::string text = action + " failed: " + std::strerror(errnoValue);
  switch (errnoValue) {
    case ENOENT:
      return {ErrorCode::FileNotFound, std::move(where), text, "check the path"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {ErrorCode::FileUnreadable, std::move(where), text, "check the permissions"};
    case ENOSPC:
    case EDQUOT:
      return {ErrorCode::DiskFull, std::move(where), text, "free some space or choose another folder"};
    case ENOMEM:
      return {ErrorCode::OutOfMemory, std::move(where), text};
    default:
      return {ErrorCode::FileUnreadable, std::move(where), text};
  }
}

}  // namespace oscope
