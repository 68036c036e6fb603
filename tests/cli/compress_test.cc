#include "cli/compress.h"

#include <gtest/gtest.h>

#include <random>

#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

struct Read {
  std::string bytes;
  absl::Status status;
};

Read ReadAll(ByteSource* source, size_t room = 1 << 16) {
  Read all;
  std::vector<char> buffer(room);
  while (true) {
    const absl::StatusOr<size_t> got = source->Read(buffer.data(), buffer.size());
    all.status = got.status();
    if (!got.ok() || *got == 0) return all;
    all.bytes.append(buffer.data(), *got);
  }
}

Read Expand(std::string packed, Compression compression, size_t piece = 1 << 20, size_t room = 1 << 16) {
  const auto source = Decompress(std::make_unique<StringSource>(std::move(packed), piece), compression);
  return ReadAll(source.get(), room);
}

std::string RandomText(std::mt19937* random, size_t size) {
  std::string text;
  while (text.size() < size) text += static_cast<char>('a' + (*random)() % 5);
  return text;
}

class CompressionFormats : public testing::TestWithParam<Compression> {};
INSTANTIATE_TEST_SUITE_P(Formats, CompressionFormats, testing::Values(Compression::kGzip, Compression::kZstd));

TEST_P(CompressionFormats, MembersOneAfterAnotherAreOneFile) {
  std::mt19937 random(4);
  for (int round = 0; round < 50; ++round) {
    std::string text, packed;
    for (size_t members = 1 + random() % 5; members > 0; --members) {
      const std::string piece = RandomText(&random, random() % 2 == 0 ? 0 : random() % 70000);
      text += piece;
      packed += *CompressMember(piece, GetParam());
    }
    const Read read = Expand(packed, GetParam(), 1 + random() % 3000, 1 + random() % 3000);
    EXPECT_TRUE(read.status.ok()) << read.status;
    EXPECT_EQ(read.bytes, text);
  }
}

TEST_P(CompressionFormats, CutAnywhereIsAnErrorUnlessBetweenMembers) {
  const std::string first = *CompressMember("the first member", GetParam());
  const std::string packed = first + *CompressMember("and the second", GetParam());
  for (size_t size = 0; size < packed.size(); ++size) {
    const Read read = Expand(packed.substr(0, size), GetParam(), 3);
    if (size == first.size()) {
      EXPECT_TRUE(read.status.ok());
      EXPECT_EQ(read.bytes, "the first member");
    } else {
      EXPECT_EQ(read.status.code(), absl::StatusCode::kDataLoss) << size;
    }
  }
}

TEST_P(CompressionFormats, WhatIsNotCompressedIsAnError) {
  for (const std::string_view bytes : {"plain text", "\x1f\x8b", "\x28\xb5\x2f\xfd", "\0\0\0\0"}) {
    EXPECT_EQ(Expand(std::string(bytes), GetParam()).status.code(), absl::StatusCode::kDataLoss) << bytes;
  }
  EXPECT_FALSE(Expand(*CompressMember("x", GetParam()) + "trailing", GetParam()).status.ok());
}

// A changed distance may point at equal letters; what never happens is another text.
TEST(Gzip, ADamagedByteIsNoticed) {
  std::mt19937 random(9);
  const std::string text = RandomText(&random, 500);
  const std::string packed = *CompressMember(text, Compression::kGzip);
  for (size_t at = 10; at < packed.size(); ++at) {  // behind the header, where the checksum rules
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const Read read = Expand(damaged, Compression::kGzip);
    EXPECT_TRUE(!read.status.ok() || read.bytes == text) << at;
  }
}

TEST(Gzip, ZerosBehindTheEndAreFilling) {
  const Read read = Expand(*CompressMember("x", Compression::kGzip) + std::string(700, '\0'), Compression::kGzip, 100);
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.bytes, "x");
}

TEST(Names, TellTheCompression) {
  EXPECT_EQ(CompressionFromName("a.jsonl.gz"), Compression::kGzip);
  EXPECT_EQ(CompressionFromName("a.zst"), Compression::kZstd);
  EXPECT_EQ(CompressionFromName("a.gz.txt"), Compression::kNone);
  EXPECT_EQ(WithoutCompression("a.jsonl.gz"), "a.jsonl");
  EXPECT_EQ(WithoutCompression("a.zst"), "a");
  EXPECT_EQ(WithoutCompression("a.txt"), "a.txt");
}

TEST(Skip, LeavesTheRest) {
  StringSource source("0123456789", 3);
  ASSERT_TRUE(SkipBytes(&source, 4).ok());
  EXPECT_EQ(ReadAll(&source).bytes, "456789");
  StringSource small("0123");
  EXPECT_EQ(SkipBytes(&small, 5).code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace phiveil::cli
