#ifndef PHIVEIL_BASE_LOCKED_SLOTS_H_
#define PHIVEIL_BASE_LOCKED_SLOTS_H_

// Small pieces of memory for originals that are never swapped and left out of core dumps: 256 KiB for
// the whole process, locked at first use. A piece that does not fit, or a process that may lock no
// more (`ulimit -l`), gets ordinary memory; both are wiped before they are given back.

#include <cstddef>

namespace phiveil::base_internal {

inline constexpr size_t kSlotSize = 128;

char* TakeSlot(size_t size);

// Wipes `size` bytes.
void GiveBack(char* memory, size_t size);

// Whether the piece is one of the locked ones; for tests.
bool IsLocked(const char* memory);

}  // namespace phiveil::base_internal

#endif  // PHIVEIL_BASE_LOCKED_SLOTS_H_
