#include "analysis/base/build_info.h"

namespace oscope {

std::string versionText() {
  return OSCOPE_VERSION;
}

std::string buildText() {
  return std::string(OSCOPE_VERSION) + " (" + OSCOPE_REVISION + ", " + OSCOPE_BUILD_TYPE + ", " + OSCOPE_COMPILER + ")";
}

}  // namespace oscope
