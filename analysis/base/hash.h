// SHA-256, by OpenSSL: content hashes of snapshots, models, data and exports.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace oscope {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// Text is hashed with its length in front, so that neighbouring fields can't run together.
  void updateText(std::string_view text);
  template <typename T>
  void updateValues(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    update(std::as_bytes(values));
  }
  /// 64 lower-case hex digits. The object can't be used afterwards.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// Hash of a file's bytes.
std::string sha256OfFile(const std::filesystem::path& path);

}  // namespace oscope
