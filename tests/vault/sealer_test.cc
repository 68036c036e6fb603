// Records: what was made opens; anything moved, swapped or changed does not.

#include "vault/sealer.h"

#include "vault_fixture.h"

namespace phiveil::vault_internal {
namespace {

using absl::StatusCode;

class SealerTest : public testing::Test {
 protected:
  SealerTest() : key_(*KeyEncryptionKey::CreateFile(dir_ / "key")), sealer_(*Sealer::MakeNew(key_, 0, &meta_)) {}

  struct Made : Subject {
    std::string record;
  };
  void MakeSubject(std::string_view name, Made* subject, std::string_view tenant = "") const {
    subject->tenant = *sealer_.TenantTag(tenant);
    subject->tag = *sealer_.SubjectTag(subject->tenant, name);
    ASSERT_TRUE(sealer_.NewSubject(subject, &subject->record).ok());
  }
  // "=value" or the error.
  std::string OpenValue(const Made& subject, const std::string& bytes, std::string_view code) const {
    const auto record = DecodeValue(bytes);
    if (!record) return "malformed";
    const auto value = sealer_.OpenValue(subject, *record, code);
    return value.ok() ? "=" + std::string(value->ExposeOriginal()) : absl::StatusCodeToString(value.status().code());
  }
  template <typename Function>
  static void ForEveryChange(const std::string& bytes, Function function) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (const int mask : {0x01, 0x80, 0xff}) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ mask);
        function(changed, i);
      }
    }
    for (size_t size = 0; size < bytes.size(); ++size) function(bytes.substr(0, size), size);
    function(bytes + '\0', bytes.size());
  }

  TempDir dir_;
  KeyEncryptionKey key_;
  std::string meta_;
  Sealer sealer_;
};

TEST_F(SealerTest, ReopensFromItsMetaRecord) {
  const auto again = Sealer::FromMeta(key_, meta_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->vault_id(), sealer_.vault_id());
  EXPECT_EQ(*again->SubjectTag({}, "s"), *sealer_.SubjectTag({}, "s"));
  std::string other_meta;
  const auto other = Sealer::MakeNew(key_, 0, &other_meta);
  EXPECT_NE(*other->SubjectTag({}, "s"), *sealer_.SubjectTag({}, "s"))
      << "two vaults under one key must not be linkable";
}

TEST_F(SealerTest, EveryChangeOfTheMetaRecordIsNoticed) {
  ForEveryChange(meta_, [&](const std::string& changed, size_t i) {
    const StatusCode code = Sealer::FromMeta(key_, changed).status().code();
    // Another format or another key is what the first and third field would say.
    ASSERT_TRUE(code == StatusCode::kDataLoss || code == StatusCode::kFailedPrecondition) << i;
  });
  const auto other = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  EXPECT_EQ(Sealer::FromMeta(other, meta_).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(SealerTest, EveryChangeOfASubjectRecordIsNoticed) {
  Made s;
  MakeSubject("s", &s);
  Subject opened;
  opened.tag = s.tag;
  ASSERT_TRUE(sealer_.OpenSubject(s.record, &opened).ok());
  EXPECT_EQ(opened.keys.view(), s.keys.view());
  EXPECT_NE(opened.keys.sealing(), opened.keys.lookup());
  ForEveryChange(s.record, [&](const std::string& changed, size_t i) {
    ASSERT_EQ(sealer_.OpenSubject(changed, &opened).code(), StatusCode::kDataLoss) << i;
  });
  opened.tag = *sealer_.SubjectTag({}, "t");
  EXPECT_EQ(sealer_.OpenSubject(s.record, &opened).code(), StatusCode::kDataLoss);
}

TEST_F(SealerTest, ATenantsSubjectsAreItsOwn) {
  Made of_a, of_b, of_none;
  MakeSubject("s", &of_a, "a");
  MakeSubject("s", &of_b, "b");
  MakeSubject("s", &of_none);
  EXPECT_NE(of_a.tag, of_b.tag);
  EXPECT_NE(of_a.tag, of_none.tag);
  EXPECT_EQ(*sealer_.TenantTag(""), Tag{});
  // Neither a record of a subject nor one of a value may be said to be another tenant's.
  Subject moved;
  moved.tag = of_a.tag;
  std::string changed = of_a.record;
  changed.replace(sizeof(KeyId), sizeof(Tag), View(of_b.tenant));
  EXPECT_EQ(sealer_.OpenSubject(changed, &moved).code(), StatusCode::kDataLoss);
  std::string record;
  ASSERT_TRUE(sealer_.SealValue(of_a, Category::kName, "7QK2F", "Ana Ruiz", &record).ok());
  EXPECT_EQ(OpenValue(of_a, record, "7QK2F"), "=Ana Ruiz");
  of_a.tenant = of_b.tenant;
  EXPECT_EQ(OpenValue(of_a, record, "7QK2F"), "DATA_LOSS");
}

TEST_F(SealerTest, EveryChangeOfAnAliasIsNoticed) {
  const Alias alias{Category::kName, TokenCode::Make(Category::kName, "AAAA"), TokenCode::Make(Category::kName, "BBBB"),
                    *sealer_.SubjectTag({}, "s")};
  const std::string record = *sealer_.SealAlias(alias);
  const auto opened = sealer_.OpenAlias("AAAA", record);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->code, alias.code);
  EXPECT_EQ(opened->old_code, alias.old_code);
  EXPECT_EQ(sealer_.OpenAlias("AAAC", record).status().code(), StatusCode::kDataLoss);
  ForEveryChange(record, [&](const std::string& changed, size_t i) {
    ASSERT_EQ(sealer_.OpenAlias("AAAA", changed).status().code(), StatusCode::kDataLoss) << i;
  });
}

TEST_F(SealerTest, EveryChangeOfANameIsNoticed) {
  Made s;
  MakeSubject("s", &s, "ward");
  std::string record, tenant, name;
  ASSERT_TRUE(sealer_.SealName(s, "ward", "patient-17", &record).ok());
  EXPECT_EQ(record.find("patient"), std::string::npos);
  ASSERT_TRUE(sealer_.OpenName(s, record, &tenant, &name).ok());
  EXPECT_EQ(tenant + "/" + name, "ward/patient-17");
  ForEveryChange(record, [&](const std::string& changed, size_t i) {
    ASSERT_EQ(sealer_.OpenName(s, changed, &tenant, &name).code(), StatusCode::kDataLoss) << i;
  });
}

TEST_F(SealerTest, EveryChangeOfAValueRecordIsNoticed) {
  Made s, t;
  MakeSubject("s", &s);
  MakeSubject("t", &t);
  std::string record;
  ASSERT_TRUE(sealer_.SealValue(s, Category::kName, "7QK2F", "Ana Ruiz", &record).ok());
  EXPECT_EQ(record.find("Ana"), std::string::npos);
  EXPECT_EQ(OpenValue(s, record, "7QK2F"), "=Ana Ruiz");
  EXPECT_EQ(OpenValue(s, record, "7QK2G"), "DATA_LOSS");
  EXPECT_EQ(OpenValue(t, record, "7QK2F"), "DATA_LOSS");
  ForEveryChange(record, [&](const std::string& changed, size_t i) {
    const std::string opened = OpenValue(s, changed, "7QK2F");
    ASSERT_TRUE(opened == "DATA_LOSS" || opened == "malformed") << i;
  });
}

TEST_F(SealerTest, TheSameValueSealedTwiceDiffers) {
  Made s;
  MakeSubject("s", &s);
  std::string a, b;
  ASSERT_TRUE(sealer_.SealValue(s, Category::kName, "7QK2F", "Ana Ruiz", &a).ok());
  ASSERT_TRUE(sealer_.SealValue(s, Category::kName, "7QK2F", "Ana Ruiz", &b).ok());
  EXPECT_NE(a, b);
}

TEST_F(SealerTest, IndexMacDependsOnSubjectCategoryAndText) {
  Made s, t;
  MakeSubject("s", &s);
  MakeSubject("t", &t);
  const Tag mac = *sealer_.IndexMac(s, Category::kName, "Ruiz");
  EXPECT_EQ(*sealer_.IndexMac(s, Category::kName, "Ruiz"), mac);
  EXPECT_NE(*sealer_.IndexMac(s, Category::kCity, "Ruiz"), mac);
  EXPECT_NE(*sealer_.IndexMac(s, Category::kName, "ruiz"), mac);
  EXPECT_NE(*sealer_.IndexMac(t, Category::kName, "Ruiz"), mac);
}

TEST_F(SealerTest, EveryChangeOfCountersAndHeadIsNoticed) {
  const std::string counters = *sealer_.SealCounters(3, {5, 6, 7, 8});
  const auto opened = sealer_.OpenCounters(3, counters);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->commits, 5u);
  EXPECT_EQ(opened->subjects, 6u);
  EXPECT_EQ(opened->mappings, 7u);
  EXPECT_EQ(opened->code_length, 8u);
  ForEveryChange(counters, [&](const std::string& changed, size_t i) {
    ASSERT_EQ(sealer_.OpenCounters(3, changed).status().code(), StatusCode::kDataLoss) << i;
  });
  EXPECT_EQ(sealer_.OpenCounters(4, counters).status().code(), StatusCode::kDataLoss);
  const std::string head = *sealer_.SealHead(5);
  EXPECT_EQ(head.size(), kHeadSize);
  EXPECT_EQ(*sealer_.OpenHead(head), 5u);
  ForEveryChange(head, [&](const std::string& changed, size_t i) {
    ASSERT_EQ(sealer_.OpenHead(changed).status().code(), StatusCode::kDataLoss) << i;
  });
}

// The bytes that docs/formats/vault.md promises.
TEST_F(SealerTest, RecordsHaveTheirDocumentedSizes) {
  Made s;
  MakeSubject("s", &s);
  std::string value;
  ASSERT_TRUE(sealer_.SealValue(s, Category::kName, "7QK2F", "Ana Ruiz", &value).ok());
  EXPECT_EQ(meta_.size(), 89u);
  EXPECT_EQ(meta_.substr(0, 4), std::string("\x02\0\0\0", 4));
  EXPECT_EQ(s.record.size(), 116u);
  EXPECT_EQ(value.size(), 17u + 12 + 8 + 16);
  EXPECT_EQ(sealer_.SealCounters(0, {1, 2, 3, 4})->size(), 41u);
  EXPECT_EQ(SubjectKey(s.tag).size(), 17u);
  EXPECT_EQ(IndexKey(s.tag, s.tag).size(), 33u);
  EXPECT_EQ(ValueKey("7QK2"), "v7QK2");
  EXPECT_EQ(MetaKey(), "m");
  EXPECT_EQ(CountersKey(7), std::string("c\x07\0\0\0", 5));
}

}  // namespace
}  // namespace phiveil::vault_internal
