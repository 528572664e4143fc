#pragma once

namespace sacoche {

// For the beginning of the main of a program that holds keys or case files, whatever the shell that
// started it allows: files are their owner's only; a full disk, a size limit and a closed pipe are
// errors to report, not ways to die; no core dump, and no other process of the same user, shows
// what is in memory.
void GuardProcess();

}  // namespace sacoche
