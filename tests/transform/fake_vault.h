#ifndef PHIVEIL_TESTS_TRANSFORM_FAKE_VAULT_H_
#define PHIVEIL_TESTS_TRANSFORM_FAKE_VAULT_H_

// Codes and originals in memory, for one subject.

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "phiveil/vault.h"

namespace phiveil::testing {

class FakeVault {
 public:
  std::vector<TokenCode> Assign(std::span<const Vault::Value> values) {
    std::vector<TokenCode> codes;
    for (const Vault::Value& value : values) {
      const auto key = std::pair(value.category, std::string(value.text));
      auto found = codes_.find(key);
      if (found == codes_.end()) {
        found = codes_.emplace(key, TokenCode::Make(value.category, NextRandom())).first;
        values_[{value.category, std::string(found->second.view())}] = key.second;
      }
      codes.push_back(found->second);
    }
    return codes;
  }

  absl::StatusOr<Vault::Hit> Lookup(Category category, const TokenCode& code) const {
    Vault::Hit hit;
    const auto found = values_.find({category, std::string(code.view())});
    if (found != values_.end()) {
      hit.answer = Vault::Answer::kFound;
      hit.value = Original(found->second);
    } else if (foreign_.contains({category, std::string(code.view())})) {
      hit.answer = Vault::Answer::kForeign;
    }
    return hit;
  }

  void AddForeign(Category category, const TokenCode& code) { foreign_[{category, std::string(code.view())}] = true; }

 private:
  std::string NextRandom() {
    std::string random;
    for (unsigned n = next_++, i = 0; i < 4; ++i, n /= 32) random += kTokenAlphabet[n % 32];
    return random;
  }

  unsigned next_ = 1;
  std::map<std::pair<Category, std::string>, TokenCode> codes_;
  std::map<std::pair<Category, std::string>, std::string> values_;
  std::map<std::pair<Category, std::string>, bool> foreign_;
};

}  // namespace phiveil::testing

#endif  // PHIVEIL_TESTS_TRANSFORM_FAKE_VAULT_H_
