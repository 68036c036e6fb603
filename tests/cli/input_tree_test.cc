#include "cli/input_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

namespace fs = std::filesystem;

std::vector<InputEntry> Walk(std::vector<std::string> inputs, const std::vector<std::string>& excluded = {}) {
  InputTree tree(std::move(inputs), excluded);
  std::vector<InputEntry> entries;
  while (std::optional<InputEntry> entry = tree.Next()) entries.push_back(*std::move(entry));
  return entries;
}

std::vector<std::string> Names(const std::vector<InputEntry>& entries) {
  std::vector<std::string> names;
  for (const InputEntry& entry : entries) names.push_back(entry.name + (entry.problem.empty() ? "" : " !"));
  return names;
}

TEST(InputTree, AFolderIsWalkedInTheSameOrderEveryTime) {
  TemporaryFolder folder;
  for (const std::string_view name : {"b/2", "b/1", "a", "c/d/e", "b.txt"}) WriteFile(folder / name, name);
  fs::create_directory(folder / "empty");
  const std::vector<InputEntry> entries = Walk({folder.path()});
  EXPECT_EQ(Names(entries), (std::vector<std::string>{"a", "b/1", "b/2", "b.txt", "c/d/e"}));
  for (const InputEntry& entry : entries) {
    EXPECT_TRUE(entry.regular);
    EXPECT_EQ(ReadFile(entry.path), entry.name);
    EXPECT_EQ(entry.size, entry.name.size());
  }
  EXPECT_EQ(Names(Walk({folder.path() + "/"})), Names(entries));
}

TEST(InputTree, SeveralInputsStandUnderTheirOwnNames) {
  TemporaryFolder folder;
  for (const std::string_view name : {"x/a", "y/a", "z"}) WriteFile(folder / name, "");
  EXPECT_EQ(Names(Walk({folder / "x", folder / "y/", folder / "z"})), (std::vector<std::string>{"x/a", "y/a", "z"}));
  EXPECT_TRUE(InputTree({folder / "x", folder / "y"}, {}).CheckNames().ok());
  EXPECT_FALSE(InputTree({folder / "x/a", folder / "y/a"}, {}).CheckNames().ok());
  EXPECT_TRUE(InputTree({folder / "x", folder / "z"}, {}).HasFolder());
  EXPECT_FALSE(InputTree({folder / "z"}, {}).HasFolder());
}

TEST(InputTree, LinksLeadToFilesInsideTheFolderOnly) {
  TemporaryFolder folder;
  WriteFile(folder / "in/real", "x");
  WriteFile(folder / "in/sub/file", "x");
  WriteFile(folder / "inside-by-name-only", "x");
  WriteFile(folder / "out", "x");
  fs::create_symlink("real", folder / "in/l1-inside");
  fs::create_symlink("../out", folder / "in/l2-outside");
  fs::create_symlink("nowhere", folder / "in/l3-dangling");
  fs::create_symlink("sub", folder / "in/l4-folder");
  fs::create_symlink("l5-loop", folder / "in/l5-loop");
  fs::create_symlink("../inside-by-name-only", folder / "in/l6-prefix");
  fs::create_symlink("/dev/null", folder / "in/l7-device");
  EXPECT_EQ(Names(Walk({folder / "in"})),
            (std::vector<std::string>{"l1-inside", "l2-outside !", "l3-dangling !", "l4-folder !", "l5-loop !",
                                      "l6-prefix !", "l7-device !", "real", "sub/file"}));
}

TEST(InputTree, WhatIsNoFileIsReported) {
  TemporaryFolder folder;
  WriteFile(folder / "in/file", "x");
  ASSERT_EQ(mkfifo((folder / "in/pipe").c_str(), 0600), 0);
  EXPECT_EQ(Names(Walk({folder / "in"})), (std::vector<std::string>{"file", "pipe !"}));
  EXPECT_EQ(Names(Walk({folder / "in/gone", folder / "in/file"})), (std::vector<std::string>{"gone !", "file"}));
}

TEST(InputTree, OutputAndStateFoldersAreNotEntered) {
  TemporaryFolder folder;
  for (const std::string_view name : {"a", "clean/a", "sub/state/key", "sub/b"}) WriteFile(folder / name, "x");
  WriteFile(folder / "sub/b.txt.phiveil-part", "x");
  WriteFile(folder / ".phiveil-journal", "x");
  EXPECT_EQ(Names(Walk({folder.path()}, {folder / "clean", folder / "sub/state", folder / "missing"})),
            (std::vector<std::string>{"a", "sub/b"}));
}

TEST(InputTree, StandardInputHasItsOwnName) {
  const std::vector<InputEntry> entries = Walk({"-"});
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].path, "-");
  EXPECT_FALSE(entries[0].regular);
}

TEST(Utf8Label, IsAlwaysValidAndKeepsWhatIs) {
  EXPECT_EQ(Utf8Label("n\xC3\xA9.txt"), "n\xC3\xA9.txt");
  EXPECT_EQ(Utf8Label("n\xE9.txt"), "n%E9.txt");
  EXPECT_EQ(Utf8Label("\xC3"), "%C3");
  EXPECT_EQ(Utf8Label("a\xFF\xC3\xA9\xED\xA0\x80z"), "a%FF\xC3\xA9%ED%A0%80z");
}

}  // namespace
}  // namespace phiveil::cli
