// Copies between host and device memory on a stream.
#pragma once

#include <cstddef>

#include "gpu/stream.h"

namespace oscope::gpu {

/// `host` may be freed or changed when this returns, unless it is pinned: then it is read later.
void copyToDevice(void* device, const void* host, std::size_t bytes, const Stream& stream, const char* where);
/// `host` holds the bytes after stream.synchronize().
void copyToHost(void* host, const void* device, std::size_t bytes, const Stream& stream, const char* where);
void copyOnDevice(void* to, const void* from, std::size_t bytes, const Stream& stream, const char* where);
void fillWithZeros(void* device, std::size_t bytes, const Stream& stream, const char* where);

}  // namespace oscope::gpu
