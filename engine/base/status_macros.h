#ifndef PHIVEIL_BASE_STATUS_MACROS_H_
#define PHIVEIL_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define PHIVEIL_CONCAT_(a, b) a##b
#define PHIVEIL_CONCAT(a, b) PHIVEIL_CONCAT_(a, b)

#define PHIVEIL_RETURN_IF_ERROR(expr)                                 \
  do {                                                                \
    if (absl::Status status_ = (expr); !status_.ok()) return status_; \
  } while (false)

#define PHIVEIL_ASSIGN_OR_RETURN(lhs, expr) PHIVEIL_ASSIGN_OR_RETURN_(PHIVEIL_CONCAT(status_or_, __LINE__), lhs, expr)
// `lhs` may be a declaration, which cannot stand in parentheses.
#define PHIVEIL_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  if (!tmp.ok()) return tmp.status();             \
  lhs = *std::move(tmp)  // NOLINT(bugprone-macro-parentheses)

#endif  // PHIVEIL_BASE_STATUS_MACROS_H_
