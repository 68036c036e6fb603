#include "match/database.h"

#include <hs.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "base/concat.h"

namespace phiveil {
namespace {

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeCompileError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};

hs_platform_info_t PlatformInfo(Platform platform) {
  hs_platform_info_t info = {};
  if (platform == Platform::kHost) hs_populate_platform(&info);
  if (platform == Platform::kAvx2) info.cpu_features = HS_CPU_FEATURES_AVX2;
  return info;
}

absl::Status CompileFailed(const hs_compile_error_t* error) {
  if (error == nullptr) return absl::ResourceExhaustedError("Hyperscan gave no reason");
  const std::string_view reason = error->message != nullptr ? error->message : "";
  if (error->expression < 0) return absl::InvalidArgumentError(Concat("Hyperscan refuses the expressions: ", reason));
  return absl::InvalidArgumentError(Concat("Hyperscan refuses expression ", error->expression, ": ", reason));
}

}  // namespace

std::string_view PlatformName(Platform platform) {
  switch (platform) {
    case Platform::kAvx2:
      return "avx2";
    case Platform::kGeneric:
      return "generic";
    case Platform::kHost:
      return "host";
  }
  return "";
}

absl::StatusOr<std::string> CompileDatabase(const google::protobuf::RepeatedPtrField<pb::Expression>& expressions,
                                            Platform platform) {
  std::vector<const char*> patterns;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (int e = 0; e < expressions.size(); ++e) {
    const pb::Expression& expression = expressions[e];
    if (expression.walked()) continue;
    ids.push_back(static_cast<unsigned>(e));
    patterns.push_back(expression.pattern().c_str());
    flags.push_back(expression.caseless() ? HS_FLAG_CASELESS : 0);
  }
  if (ids.empty()) return std::string();
  const hs_platform_info_t info = PlatformInfo(platform);
  hs_database_t* made = nullptr;
  hs_compile_error_t* failed = nullptr;
  const hs_error_t result =
      hs_compile_ext_multi(patterns.data(), flags.data(), ids.data(), nullptr, static_cast<unsigned>(patterns.size()),
                           HS_MODE_BLOCK, &info, &made, &failed);
  const std::unique_ptr<hs_database_t, FreeDatabase> database(made);
  const std::unique_ptr<hs_compile_error_t, FreeCompileError> error(failed);
  if (result != HS_SUCCESS) return CompileFailed(error.get());

  char* bytes = nullptr;
  size_t size = 0;
  if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS) {
    return absl::ResourceExhaustedError("the compiled database cannot be serialized");
  }
  std::string serialized(bytes, size);
  std::free(bytes);
  return serialized;
}

}  // namespace phiveil
