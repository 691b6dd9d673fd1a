// A library without the module's entry.
extern "C" int oscope_something_else() {
  return 1;
}
