#include "analysis/stats/hdf5_file.h"

#include <hdf5.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "analysis/base/error.h"

namespace oscope::stats {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

/// Closes an id of any kind at the end of the scope.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);
  Handle(hid_t id, Closer closer) : m_id(id), m_closer(closer) {}
  ~Handle() {
    if (m_id >= 0) m_closer(m_id);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return m_id; }  // NOLINT: an id where HDF5 wants one

 private:
  hid_t m_id;
  Closer m_closer;
};

/// The error stack in words: its most detailed line, which names errno for failed system calls.
std::string errorStack() {
  std::string text;
  const H5E_walk2_t collect = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    auto& out = *static_cast<std::string*>(data);
    if (error->desc != nullptr && out.empty()) out = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &text);
  return text.empty() ? "no reason given" : text;
}

bool mentionsErrno(const std::string& text, int value) {
  return text.find("errno = " + std::to_string(value) + ",") != std::string::npos;
}

hid_t halfType() {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

/// A new reference to the type as it is stored; in memory it is the same on the little-endian machines we build for.
hid_t typeOf(Hdf5Type type) {
  switch (type) {
    case Hdf5Type::F32:
      return H5Tcopy(H5T_IEEE_F32LE);
    case Hdf5Type::F64:
      return H5Tcopy(H5T_IEEE_F64LE);
    case Hdf5Type::I32:
      return H5Tcopy(H5T_STD_I32LE);
    case Hdf5Type::I64:
      return H5Tcopy(H5T_STD_I64LE);
    case Hdf5Type::U8:
      return H5Tcopy(H5T_STD_U8LE);
    case Hdf5Type::U32:
      return H5Tcopy(H5T_STD_U32LE);
    case Hdf5Type::U64:
      return H5Tcopy(H5T_STD_U64LE);
    case Hdf5Type::Half:
      return halfType();
  }
  return -1;
}

/// gzip can't shrink more than this: a dataset that claims to hold more is damaged.
constexpr std::uint64_t kLargestPacking = 1100;
/// Elements of one chunk: large enough for gzip, small beside the histogram of one site.
constexpr hsize_t kChunkElements = 65536;

void setChunks(hid_t properties, std::span<const std::uint64_t> shape) {
  std::vector<hsize_t> chunk(shape.begin(), shape.end());
  hsize_t rowElements = 1;
  for (std::size_t i = 1; i < chunk.size(); ++i) rowElements *= chunk[i];
  chunk[0] = std::clamp<hsize_t>(kChunkElements / rowElements, 1, chunk[0]);
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
}

/// Rows [first, first + count) of a matrix, in its file and as an array of their own.
struct RowBand {
  RowBand(hid_t dataset, std::int64_t first, std::int64_t rows, std::int64_t columns)
      : count(rows), inFile(H5Dget_space(dataset), H5Sclose), inMemory(simpleSpace(rows, columns), H5Sclose) {
    const hsize_t start[]{static_cast<hsize_t>(first), 0};
    const hsize_t extent[]{static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
    H5Sselect_hyperslab(inFile, H5S_SELECT_SET, start, nullptr, extent, nullptr);
  }
  std::int64_t count;
  Handle inFile, inMemory;

 private:
  static hid_t simpleSpace(std::int64_t rows, std::int64_t columns) {
    const hsize_t extent[]{static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
    return H5Screate_simple(2, extent, nullptr);
  }
};

}  // namespace

std::unique_lock<std::recursive_mutex> Hdf5File::lock() {
  static std::recursive_mutex mutex;
  std::unique_lock guard(mutex);
  // Every handle is closed here. The library's own clean-up at exit would try once more to write what a full disk
  // refused, and crash (HDF5 1.10).
  static const herr_t withoutExitHandler = H5dont_atexit();
  static_cast<void>(withoutExitHandler);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // the setting belongs to the thread
  return guard;
}

void Hdf5File::fail(const std::string& name, const std::string& action, bool writing) const {
  const std::string reason = errorStack();
  const std::string where = name.empty() ? m_path.string() : m_path.string() + ", " + name;
  for (const int value : {ENOSPC, EDQUOT, EFBIG}) {
    if (mentionsErrno(reason, value)) {
      throw Error(ErrorCode::DiskFull, where, action + " failed: " + std::strerror(value),
                  "free some space or choose another folder");
    }
  }
  if (writing) throw Error(ErrorCode::WriteFailed, where, action + " failed: " + reason);
  throw Error(ErrorCode::Malformed, where, action + " failed: " + reason,
              "the file is damaged: calibrate again or take a copy");
}

Hdf5File Hdf5File::create(const std::filesystem::path& path) {
  const auto guard = lock();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  Hdf5File file(path, H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), 0);
  if (file.m_id < 0) file.fail("", "creating the file", true);
  return file;
}

Hdf5File Hdf5File::open(const std::filesystem::path& path) {
  std::error_code code;
  const std::uint64_t size = std::filesystem::file_size(path, code);
  if (code) throw systemError(code.value(), path.string(), "opening");
  const auto guard = lock();
  const htri_t isHdf5 = H5Fis_hdf5(path.c_str());
  if (isHdf5 == 0) {
    throw Error(ErrorCode::Malformed, path.string(), "this is not an HDF5 file",
                "give a snapshot that `oscope calibrate` wrote");
  }
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  // Snapshots never change once they have their name: no lock is needed, and read-only file systems have none.
  H5Pset_file_locking(access, false, true);
  Hdf5File file(path, H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), size);
  if (file.m_id < 0) {
    const std::string reason = errorStack();
    if (reason.find("truncated") != std::string::npos) {
      throw Error(ErrorCode::FileTruncated, path.string(), "the file is shorter than it says: " + reason,
                  "calibrate again or take a complete copy");
    }
    file.fail("", "opening the file", false);
  }
  return file;
}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept
    : m_path(std::move(other.m_path)), m_id(std::exchange(other.m_id, -1)), m_size(other.m_size) {}

Hdf5File::~Hdf5File() {
  if (m_id < 0) return;
  const auto guard = lock();
  H5Fclose(m_id);
}

void Hdf5File::close() {
  const auto guard = lock();
  if (H5Fflush(m_id, H5F_SCOPE_LOCAL) < 0) fail("", "writing the file", true);
  if (H5Fclose(std::exchange(m_id, -1)) < 0) fail("", "closing the file", true);
}

bool Hdf5File::contains(const std::string& name) const {
  const auto guard = lock();
  return H5Lexists(m_id, name.c_str(), H5P_DEFAULT) > 0;
}

std::int64_t Hdf5File::createDataset(const std::string& name, std::int64_t stored, std::span<const std::uint64_t> shape,
                                     Hdf5Layout layout) {
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(properties, false);  // so that equal content makes equal files
  if (layout != Hdf5Layout::Contiguous) setChunks(properties, shape);
  if (layout == Hdf5Layout::Packed) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 1);
  }
  if (layout != Hdf5Layout::Contiguous) H5Pset_fletcher32(properties);
  const hid_t dataset = H5Dcreate2(m_id, name.c_str(), stored, space, links, properties, H5P_DEFAULT);
  if (dataset < 0) fail(name, "creating a dataset", true);
  return dataset;
}

void Hdf5File::write(const std::string& name, Hdf5Type type, std::span<const std::uint64_t> shape, const void* data,
                     Hdf5Layout layout) {
  const auto guard = lock();
  const Handle stored(typeOf(type), H5Tclose);
  const Handle dataset(createDataset(name, stored, shape, layout), H5Dclose);
  if (H5Dwrite(dataset, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail(name, "writing", true);
}

void Hdf5File::writeRows(const std::string& name, std::int64_t rows, std::int64_t columns, std::int64_t band,
                         Hdf5Layout layout, const RowFill& fill) {
  const auto guard = lock();
  const Handle stored(typeOf(Hdf5Type::F64), H5Tclose);
  const std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns)};
  const Handle dataset(createDataset(name, stored, shape, layout), H5Dclose);
  std::vector<double> values;
  for (std::int64_t first = 0; first < rows; first += band) {
    const RowBand target(dataset, first, std::min(band, rows - first), columns);
    values.resize(static_cast<std::size_t>(target.count * columns));
    fill(first, target.count, values.data());
    if (H5Dwrite(dataset, stored, target.inMemory, target.inFile, H5P_DEFAULT, values.data()) < 0) {
      fail(name, "writing", true);
    }
  }
}

void Hdf5File::readRows(const std::string& name, std::int64_t first, std::int64_t count, std::int64_t columns,
                        double* into) const {
  const auto guard = lock();
  const Handle dataset(H5Dopen2(m_id, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) fail(name, "reading", false);
  const Handle wanted(typeOf(Hdf5Type::F64), H5Tclose);
  const RowBand source(dataset, first, count, columns);
  if (H5Dread(dataset, wanted, source.inMemory, source.inFile, H5P_DEFAULT, into) < 0) fail(name, "reading", false);
}

std::uint64_t Hdf5File::mostElements() const {
  return m_size * kLargestPacking;
}

std::uint64_t Hdf5File::count(const std::string& name) const {
  const auto guard = lock();
  const Handle dataset(H5Dopen2(m_id, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) fail(name, "reading", false);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const hssize_t elements = H5Sget_simple_extent_npoints(space);
  if (elements < 0 || static_cast<std::uint64_t>(elements) > mostElements()) {
    throw Error(ErrorCode::Malformed, m_path.string() + ", " + name,
                "holds " + std::to_string(elements) + " elements, more than the file has room for");
  }
  return static_cast<std::uint64_t>(elements);
}

void Hdf5File::read(const std::string& name, Hdf5Type type, std::uint64_t count, void* data) const {
  const auto guard = lock();
  const Handle dataset(H5Dopen2(m_id, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) fail(name, "reading", false);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const hssize_t elements = H5Sget_simple_extent_npoints(space);
  if (elements < 0 || static_cast<std::uint64_t>(elements) != count) {
    throw Error(ErrorCode::Malformed, m_path.string() + ", " + name,
                "holds " + std::to_string(elements) + " elements where " + std::to_string(count) + " belong");
  }
  const Handle wanted(typeOf(type), H5Tclose);
  if (H5Dread(dataset, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail(name, "reading", false);
}

void Hdf5File::writeText(const std::string& name, const std::string& text) {
  const auto guard = lock();
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, text.size() + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  const Handle dataset(H5Dcreate2(m_id, name.c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose);
  if (dataset < 0) fail(name, "creating a text", true);
  if (H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()) < 0) fail(name, "writing", true);
}

std::string Hdf5File::readText(const std::string& name) const {
  const auto guard = lock();
  const Handle dataset(H5Dopen2(m_id, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) fail(name, "reading", false);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const std::size_t size = H5Tget_size(type);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 || size > m_size ||
      H5Sget_simple_extent_npoints(space) != 1) {
    throw Error(ErrorCode::Malformed, m_path.string() + ", " + name, "is not a text");
  }
  std::string text(size, '\0');
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()) < 0) fail(name, "reading", false);
  text.resize(text.find('\0') == std::string::npos ? size : text.find('\0'));
  return text;
}

}  // namespace oscope::stats
