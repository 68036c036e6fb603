#ifndef PHIVEIL_RULE_PACK_H_
#define PHIVEIL_RULE_PACK_H_

// Rules, lists and model, compiled into one file by `phiveil rules compile`.
//
//   auto pack = RulePack::Load(bytes);      // shared_ptr<const RulePack>
//   (*pack)->name() == "us"; (*pack)->version() == "2026.11";
//
// Load checks the format, the checksum and the bounds of every table of ours, and then runs the
// pack's own examples: a pack that fails one is refused with the rule's id. The Hyperscan database
// inside is checked for damage, not for malice: load packs from where you would load code. The bytes may be dropped
// after Load. A loaded pack is immutable and shared by any number of engines and threads.
//
// Errors: DATA_LOSS damaged, FAILED_PRECONDITION made for another format or machine, or failing its
// own examples.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/category.h"

namespace phiveil {

class RulePack {
 public:
  struct RuleInfo {
    std::string id;
    Category category;
    std::string status;  // experimental, stable
    std::string about;
  };

  struct LoadOptions {
    bool run_examples = true;
  };

  static absl::StatusOr<std::shared_ptr<const RulePack>> Load(std::string_view bytes, const LoadOptions& options);
  static absl::StatusOr<std::shared_ptr<const RulePack>> Load(std::string_view bytes) { return Load(bytes, {}); }

  ~RulePack();
  const std::string& name() const;
  const std::string& version() const;
  std::vector<RuleInfo> rules() const;

  // What the engine's rooms read; of no use outside.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit RulePack(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace phiveil

#endif  // PHIVEIL_RULE_PACK_H_
