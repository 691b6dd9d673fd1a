// A module whose library is missing where it is loaded.
extern "C" int oscope_absent_cublas();

extern "C" const void* oscope_cuda_module() {
  return oscope_absent_cublas() == 0 ? nullptr : reinterpret_cast<const void*>(1);
}
