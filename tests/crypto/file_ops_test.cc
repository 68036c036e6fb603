#include "crypto/file_ops.h"

#include <fcntl.h>

#include "faulty_file_ops.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temp_dir.h"

namespace phiveil::crypto {
namespace {

using Mode = FaultyFileOps::Mode;

// Lets half of the first write through, and nothing after it.
class DyingDevice : public FileOps {
 public:
  ssize_t PWrite(int fd, const void* data, size_t size, off_t offset) override {
    if (calls_++ == 0) return FileOps::PWrite(fd, data, size / 2, offset);
    errno = EIO;
    return -1;
  }
  int Ftruncate(int, off_t) override {
    errno = EIO;
    return -1;
  }

 private:
  int calls_ = 0;
};

class FileOpsTest : public testing::Test {
 protected:
  std::string Held() const { return *ReadAt(fd_.get(), 0, 100, path_); }

  TempDir dir_;
  const std::string path_ = dir_ / "head";
  FileDescriptor fd_{open(path_.c_str(), O_RDWR | O_CREAT, 0600)};
};

TEST_F(FileOpsTest, WhatCannotBeReplacedStaysAsItWas) {
  for (const std::string before : {"", "former head"}) {
    ASSERT_EQ(ftruncate(fd_.get(), 0), 0);
    ASSERT_TRUE(PWriteAll(FileOps::System(), fd_.get(), before, 0, path_).ok());
    for (const Mode mode : {Mode::kOnce, Mode::kShortWriteThenOnce}) {
      FaultyFileOps ops(0, ENOSPC, mode);
      EXPECT_EQ(PWriteOver(ops, fd_.get(), before, "newest head", path_).code(), absl::StatusCode::kResourceExhausted);
      EXPECT_EQ(Held(), before);
    }
    ASSERT_TRUE(PWriteOver(FileOps::System(), fd_.get(), before, "newest head", path_).ok());
    EXPECT_EQ(Held(), "newest head");
  }
}

TEST_F(FileOpsTest, SaysWhenWhatStoodThereIsLost) {
  ASSERT_TRUE(PWriteAll(FileOps::System(), fd_.get(), "former head", 0, path_).ok());
  DyingDevice device;
  const absl::Status status = PWriteOver(device, fd_.get(), "former head", "newest head", path_);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("could not be put back"));
}

}  // namespace
}  // namespace phiveil::crypto
