// Stands for cuBLASLt: a library that the loader of this machine doesn't find.
extern "C" int oscope_absent_cublas() {
  return 0;
}
