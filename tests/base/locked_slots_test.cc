#include "base/locked_slots.h"

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "phiveil/original.h"

namespace phiveil::base_internal {
namespace {

TEST(LockedSlots, OriginalsLieInThemAndAreWiped) {
  const char* bytes = nullptr;
  {
    const Original value("planted in a slot");
    bytes = value.ExposeOriginal().data();
    if (!IsLocked(bytes)) GTEST_SKIP() << "this process may lock no memory (ulimit -l)";
  }
  // A locked slot stays mapped: what is read here is what the next owner would find.
  for (size_t i = 0; i < 17; ++i) EXPECT_EQ(bytes[i], 0) << i;
}

TEST(LockedSlots, LargeOnesAndManyWorkAsWell) {
  EXPECT_FALSE(IsLocked(Original(std::string(kSlotSize + 1, 'x')).ExposeOriginal().data()));
  EXPECT_EQ(Original("").ExposeOriginal(), "");
  std::vector<Original> many;
  for (int i = 0; i < 5000; ++i) many.emplace_back(std::to_string(i));
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(many[i].ExposeOriginal(), std::to_string(i));
  std::vector<Original> moved = std::move(many);
  EXPECT_EQ(moved[4999].ExposeOriginal(), "4999");
}

TEST(LockedSlots, ThreadsShareThem) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 20000; ++i) {
        const std::string text = std::to_string(t) + "-" + std::to_string(i);
        const Original a(text), b(text + "!");
        ASSERT_EQ(a.ExposeOriginal(), text);
        ASSERT_EQ(b.ExposeOriginal(), text + "!");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace phiveil::base_internal
