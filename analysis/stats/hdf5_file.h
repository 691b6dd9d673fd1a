// RAII over the HDF5 C library: what the snapshot files need of it, and nothing more. No other file includes hdf5.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace oscope::stats {

/// Element types of datasets. Half: IEEE half bits, handed over as uint16.
enum class Hdf5Type : std::uint8_t { F32, F64, I32, I64, U8, U32, U64, Half };

/// Contiguous: quick, without checksum. Packed: gzip 1 + shuffle + checksum, for histograms. Checked: checksum only.
enum class Hdf5Layout : std::uint8_t { Contiguous, Packed, Checked };

/// One open HDF5 file. All members may throw Error: full disks are DiskFull, damage is Malformed or FileTruncated; each
/// names the file and the object. HDF5 is not used by two threads at once: hold lock() around a group of calls.
class Hdf5File {
 public:
  /// Creates or empties `path`.
  static Hdf5File create(const std::filesystem::path& path);
  /// Opens for reading. A file that is no HDF5 file, or a cut one, is an error that says so.
  static Hdf5File open(const std::filesystem::path& path);
  Hdf5File(Hdf5File&& other) noexcept;
  Hdf5File& operator=(Hdf5File&&) = delete;
  ~Hdf5File();

  /// Locks the library for the calling thread and silences its printing.
  static std::unique_lock<std::recursive_mutex> lock();

  /// Writes everything out; errors of a full disk show here at the latest.
  void close();

  const std::filesystem::path& path() const { return m_path; }
  bool contains(const std::string& name) const;

  /// `name` is a path from the root; groups on the way are created. `shape` counts elements.
  void write(const std::string& name, Hdf5Type type, std::span<const std::uint64_t> shape, const void* data,
             Hdf5Layout layout = Hdf5Layout::Contiguous);
  /// Writes a matrix band by band: fill(first, count, into) makes rows [first, first + count).
  using RowFill = std::function<void(std::int64_t first, std::int64_t count, double* into)>;
  void writeRows(const std::string& name, std::int64_t rows, std::int64_t columns, std::int64_t band, Hdf5Layout layout,
                 const RowFill& fill);
  /// Reads rows [first, first + count) of a matrix of float64 with so many columns.
  void readRows(const std::string& name, std::int64_t first, std::int64_t count, std::int64_t columns,
                double* into) const;
  /// Reads a dataset that must hold `count` elements of `type` (converted by HDF5 where the file says otherwise).
  void read(const std::string& name, Hdf5Type type, std::uint64_t count, void* data) const;
  /// No dataset of this file can have more elements, whatever it claims.
  std::uint64_t mostElements() const;
  /// Elements of a dataset; more than mostElements() is Malformed.
  std::uint64_t count(const std::string& name) const;

  void writeText(const std::string& name, const std::string& text);
  std::string readText(const std::string& name) const;

 private:
  Hdf5File(std::filesystem::path path, std::int64_t id, std::uint64_t size)
      : m_path(std::move(path)), m_id(id), m_size(size) {}
  /// A new dataset's id, for the caller to close; `stored` is the id of its type.
  std::int64_t createDataset(const std::string& name, std::int64_t stored, std::span<const std::uint64_t> shape,
                             Hdf5Layout layout);
  [[noreturn]] void fail(const std::string& name, const std::string& action, bool writing) const;

  std::filesystem::path m_path;
  std::int64_t m_id = -1;
  std::uint64_t m_size = 0;  ///< bytes of a file that is read: no dataset is larger than its file allows
};

}  // namespace oscope::stats
