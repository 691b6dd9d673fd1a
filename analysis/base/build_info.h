// Which build of the program this is: for --version, snapshots and export sidecars.
#pragma once

#include <string>

namespace oscope {

/// "0.1.0"
std::string versionText();
/// "0.1.0 (1a2b3c4d, Release, GNU 12.2.0)": revision "unknown" where the sources came without their history.
std::string buildText();

}  // namespace oscope
