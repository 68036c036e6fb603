#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "access/access_rules.h"
#include "access/meter.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/file_ops.h"
#include "phiveil/access.h"

namespace phiveil {
namespace {

using access_internal::AccessRules;
using access_internal::Limits;
using access_internal::Meter;

constexpr size_t kLargestFile = 4 << 20;

int64_t SystemMillis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class FileAccessControl final : public AccessControl {
 public:
  FileAccessControl(AccessRules rules, std::unique_ptr<Meter> meter, std::function<int64_t()> clock)
      : rules_(std::move(rules)), meter_(std::move(meter)), clock_(std::move(clock)) {}

  absl::Status Admit(Act act, const Asker& asker, uint64_t tokens) override {
    PHIVEIL_ASSIGN_OR_RETURN(const Limits limits, rules_.Decide(act, asker));
    return act == Act::kRestore ? meter_->Take(asker, limits, tokens, clock_()) : absl::OkStatus();
  }

  bool MaySpeakFor(std::string_view login, std::string_view actor) const override {
    return login == actor || rules_.speak_for_others.contains(login);
  }

 private:
  const AccessRules rules_;
  const std::unique_ptr<Meter> meter_;
  const std::function<int64_t()> clock_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Parse(std::string_view json, std::string_view name,
                                                                    const AccessOptions& options) {
  PHIVEIL_ASSIGN_OR_RETURN(AccessRules rules, AccessRules::Parse(json, name));
  PHIVEIL_ASSIGN_OR_RETURN(auto meter, Meter::Open(options.meter, crypto::FileOps::System()));
  return std::make_unique<FileAccessControl>(std::move(rules), std::move(meter),
                                             options.clock ? options.clock : SystemMillis);
}

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Load(const std::string& path,
                                                                   const AccessOptions& options) {
  const crypto::FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot open the access file", path);
  struct stat st = {};
  if (fstat(fd.get(), &st) != 0) return crypto::ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(Concat(path, ": not a regular file"));
  if ((st.st_mode & 0022) != 0 || (st.st_uid != 0 && st.st_uid != geteuid())) {
    return absl::FailedPreconditionError(
        Concat(path, ": others may write to the access file; it must belong to root or to you (chmod 644)"));
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string json, crypto::ReadAt(fd.get(), 0, kLargestFile + 1, path));
  if (json.size() > kLargestFile) return absl::InvalidArgumentError(Concat(path, ": longer than 4 MiB"));
  return Parse(json, path, options);
}

}  // namespace phiveil
