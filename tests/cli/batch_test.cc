#include "cli/batch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "cli/compress.h"
#include "cli/stop.h"
#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

namespace fs = std::filesystem;

struct Ran {
  ExitCode code = kAllDone;
  std::string err;
};

class BatchTest : public testing::Test {
 protected:
  BatchTest() {
    settings_.read.inputs = {folder_ / "in"};
    settings_.read.keeps_compression = true;
    settings_.output = {
        .kind = OutputPlan::Kind::kFolder, .path = folder_ / "out", .errors_path = folder_ / "out.errors.jsonl"};
    settings_.resumable = true;
    settings_.run = "run";
    settings_.threads = 3;
    settings_.read.group_records = 4;
  }

  void IntoOneFile(Verb verb) {
    settings_.output.kind = OutputPlan::Kind::kFile;
    settings_.format.verb = verb;
  }

  Ran Go(int groups = -1) {
    ClearStop();
    FakeProcessor processor(settings_.format.verb);
    if (groups >= 0) processor.FailAfter(groups);
    std::ostringstream err;
    Ran ran;
    ran.code = RunBatch(settings_, processor, {}, err);
    ran.err = err.str();
    seen_ = processor.seen();
    return ran;
  }

  std::string In(std::string_view name) { return folder_ / ("in/" + std::string(name)); }
  std::string Out(std::string_view name) { return folder_ / ("out/" + std::string(name)); }
  std::string Errors() { return ReadFile(folder_ / "out.errors.jsonl"); }

  // Every file in the output folder, own ones included.
  std::vector<std::string> Made() {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder_ / "out").string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
  BatchSettings settings_;
  int seen_ = 0;
};

std::string JsonRecords(int first, int count) {
  std::string lines;
  for (int i = first; i < first + count; ++i) {
    lines += "{\"id\":" + std::to_string(i) + ",\"text\":\"record " + std::to_string(i) + "\"}\n";
  }
  return lines;
}

TEST_F(BatchTest, AFolderIsMirrored) {
  WriteFile(In("a.txt"), "tel 5");
  WriteFile(In("deep/er/b.txt"), "none");
  WriteFile(In("deep/empty.txt"), "");
  WriteFile(In("t.csv"), "id,note\n1,x 2\n");
  WriteFile(In("r.jsonl"), "{\"id\":1,\"text\":\"4\"}\n");
  WriteFile(In("z.txt.gz"), *CompressMember("zip 9", Compression::kGzip));
  settings_.format.text_columns = {"note"};
  const Ran ran = Go();
  EXPECT_EQ(ran.code, kAllDone) << ran.err;
  EXPECT_EQ(Made(),
            (std::vector<std::string>{"a.txt", "deep/empty.txt", "deep/er/b.txt", "r.jsonl", "t.csv", "z.txt.gz"}));
  EXPECT_EQ(ReadFile(Out("a.txt")), "tel [OTHER_ID]");
  EXPECT_EQ(ReadFile(Out("deep/er/b.txt")), "none");
  EXPECT_EQ(ReadFile(Out("deep/empty.txt")), "");
  EXPECT_EQ(ReadFile(Out("t.csv")), "id,note\n1,x [OTHER_ID]\n");
  EXPECT_EQ(ReadFile(Out("z.txt.gz")), *CompressMember("zip [OTHER_ID]", Compression::kGzip));
  EXPECT_NE(ran.err.find("6 in = 6 out + 0 quarantined"), std::string::npos) << ran.err;
  EXPECT_FALSE(fs::exists(folder_ / "out.errors.jsonl"));
}

TEST_F(BatchTest, WhatFailsIsQuarantinedAndTheRestGoesOn) {
  WriteFile(In("a.txt"), "FAIL SECRET");
  WriteFile(In("b.jsonl"), "{\"id\":\"x\",\"text\":\"FAIL SECRET\"}\nSECRET\n[]\n{\"id\":7,\"text\":\"ok\"}\n");
  WriteFile(In("c.csv"), "note\nok\n\"SECRET\n");
  WriteFile(In("d.jsonl.gz"), CompressMember(JsonRecords(0, 50), Compression::kGzip)->substr(0, 60));
  WriteFile(In("e.txt.zst"), "not zstd SECRET");
  WriteFile(In("f.csv"), "");
  WriteFile(In("g.csv"), "other\nx\n");
  fs::create_symlink("gone", In("h.txt"));
  WriteFile(In("i.txt"), "ok");
  settings_.format.text_columns = {"note"};
  const Ran ran = Go();
  EXPECT_EQ(ran.code, kSomeQuarantined) << ran.err;
  EXPECT_EQ(Made(), (std::vector<std::string>{"b.jsonl", "c.csv", "d.jsonl.gz", "i.txt"}));
  EXPECT_EQ(ReadFile(Out("b.jsonl")), "{\"id\":7,\"text\":\"ok\",\"findings\":[]}\n");
  EXPECT_EQ(ReadFile(Out("c.csv")), "note\nok\n");
  const std::vector<std::string> errors = Lines(Errors());
  ASSERT_EQ(errors.size(), 10u) << Errors();
  EXPECT_EQ(errors[0], R"({"id":"a.txt","file":"a.txt","line":0,"byte":0,"reason":"the text asks to fail"})");
  EXPECT_EQ(errors[1], R"({"id":"x","file":"b.jsonl","line":1,"byte":0,"reason":"the text asks to fail"})");
  EXPECT_TRUE(errors[2].starts_with(R"({"id":2,"file":"b.jsonl","line":2,"byte":32,"reason":")")) << errors[2];
  EXPECT_TRUE(errors[3].starts_with(R"({"id":3,"file":"b.jsonl","line":3,"byte":39,"reason":")")) << errors[3];
  EXPECT_EQ(Errors().find("SECRET"), std::string::npos);
  EXPECT_EQ(ran.err.find("SECRET"), std::string::npos);
  struct stat info = {};
  ASSERT_EQ(stat((folder_ / "out.errors.jsonl").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(BatchTest, AnErrorsFileOfAnEarlierRunIsNotKept) {
  WriteFile(folder_ / "out.errors.jsonl", "old\n");
  WriteFile(In("a.txt"), "fine");
  EXPECT_EQ(Go().code, kAllDone);
  EXPECT_FALSE(fs::exists(folder_ / "out.errors.jsonl"));
}

// The decisive one: stopped after any number of groups, and going on as often as needed, the output is
// that of a run that was never stopped, and no record that counts is processed twice.
TEST_F(BatchTest, StoppedAnywhereAndResumedGivesTheSame) {
  WriteFile(In("a.jsonl"), JsonRecords(0, 23) + "broken\n" + JsonRecords(23, 9));
  WriteFile(In("b.csv"), "note,n\n1,1\n2,2\n3,3\n4,4\n\"FAIL\",5\n6,6\n7,7\n8,8\n9,9\n");
  WriteFile(In("c.jsonl.gz"), *CompressMember(JsonRecords(50, 30), Compression::kGzip));
  for (int i = 0; i < 9; ++i) WriteFile(In("d/" + std::to_string(i)), "text " + std::to_string(i));
  WriteFile(In("e.jsonl.zst"), *CompressMember(JsonRecords(90, 11), Compression::kZstd));
  settings_.format.text_columns = {"note"};
  settings_.threads = 1;
  const Ran whole = Go();
  ASSERT_EQ(whole.code, kSomeQuarantined) << whole.err;
  const std::string ledger = whole.err.substr(0, whole.err.find('\n'));
  std::map<std::string, std::string> expected;
  for (const std::string& name : Made()) expected[name] = ReadFile(Out(name));
  const std::string errors = Errors();

  for (int groups = 0; groups < 23; ++groups) {
    fs::remove_all(folder_ / "out");
    fs::remove(folder_ / "out.errors.jsonl");
    settings_.resume = false;
    Ran ran = Go(groups);
    ASSERT_EQ(ran.code, kStopped) << groups << ran.err;
    for (const std::string& name : Made()) {
      if (expected.contains(name) && name.find(".zst") == name.npos && name.find(".gz") == name.npos) {
        EXPECT_EQ(ReadFile(Out(name)), expected[name]) << "half-written: " << name;
      }
    }
    EXPECT_EQ(Go().code, kUsage);  // an unfinished run is not walked over
    settings_.resume = true;
    int resumes = 0;
    while (ran.code == kStopped) {
      ran = Go(3);
      ASSERT_LT(++resumes, 20);
    }
    EXPECT_EQ(ran.code, kSomeQuarantined) << ran.err;
    EXPECT_EQ(Errors(), errors);
    EXPECT_NE(ran.err.find(ledger.substr(0, ledger.find(" quarantined"))), std::string::npos) << ran.err;
    std::vector<std::string> names;
    for (const auto& [name, bytes] : expected) {
      names.push_back(name);
      std::string got = ReadFile(Out(name)), want = bytes;
      for (const Compression kind : {Compression::kGzip, Compression::kZstd}) {
        if (CompressionFromName(name) != kind) continue;
        for (std::string* packed : {&got, &want}) {
          const auto source = Decompress(std::make_unique<StringSource>(*packed), kind);
          std::string plain(1 << 16, '\0');
          size_t size = 0;
          while (const auto piece = *source->Read(plain.data() + size, plain.size() - size)) size += piece;
          *packed = plain.substr(0, size);
        }
      }
      EXPECT_EQ(got, want) << name << " after " << groups;
    }
    EXPECT_EQ(Made(), names);
  }
}

TEST_F(BatchTest, OneFileForManyInputsIsResumedToo) {
  WriteFile(In("a.jsonl"), JsonRecords(0, 23));
  WriteFile(In("b.txt"), "text 5");
  WriteFile(In("c.jsonl"), JsonRecords(50, 14));
  IntoOneFile(Verb::kFind);
  settings_.threads = 1;
  ASSERT_EQ(Go().code, kAllDone);
  const std::string expected = ReadFile(folder_ / "out");
  EXPECT_EQ(Lines(expected).size(), 38u);
  for (int groups = 0; groups < 9; ++groups) {
    fs::remove(folder_ / "out");
    settings_.resume = false;
    ASSERT_EQ(Go(groups).code, kStopped) << groups;
    EXPECT_FALSE(fs::exists(folder_ / "out"));
    settings_.resume = true;
    const Ran ran = Go();
    EXPECT_EQ(ran.code, kAllDone) << ran.err;
    EXPECT_EQ(ReadFile(folder_ / "out"), expected);
    EXPECT_FALSE(fs::exists(JournalPath(settings_.output)));
  }
}

TEST_F(BatchTest, AResumeDoesNotRedoWhatIsDone) {
  for (int i = 0; i < 40; ++i) WriteFile(In(std::to_string(100 + i)), "text 1");
  settings_.threads = 1;
  ASSERT_EQ(Go(6).code, kStopped);
  const int first = seen_;
  EXPECT_EQ(first, 24);
  settings_.resume = true;
  const Ran ran = Go();
  EXPECT_EQ(ran.code, kAllDone);
  EXPECT_EQ(seen_, 16);
  EXPECT_NE(ran.err.find("40 in = 40 out + 0 quarantined (24 before the resume)"), std::string::npos) << ran.err;
}

TEST_F(BatchTest, AChangedInputIsDoneAgain) {
  WriteFile(In("a"), "FAIL");
  WriteFile(In("b"), "two 2");
  for (int i = 0; i < 10; ++i) WriteFile(In("c" + std::to_string(i)), "x");
  settings_.threads = 1;
  ASSERT_EQ(Go(2).code, kStopped);
  EXPECT_EQ(Lines(Errors()).size(), 1u);
  WriteFile(In("a"), "repaired 7");
  settings_.resume = true;
  const Ran ran = Go();
  EXPECT_EQ(ran.code, kAllDone) << ran.err;
  EXPECT_EQ(ReadFile(Out("a")), "repaired [OTHER_ID]");
  EXPECT_EQ(ReadFile(Out("b")), "two [OTHER_ID]");
  EXPECT_EQ(Errors(), "");
  EXPECT_NE(ran.err.find("12 in = 12 out + 0 quarantined"), std::string::npos) << ran.err;
}

TEST_F(BatchTest, AChangedInputOfASingleOutputIsRefused) {
  WriteFile(In("a.jsonl"), JsonRecords(0, 40));
  IntoOneFile(Verb::kRedact);
  settings_.threads = 1;  // so that the first groups are the ones that are done
  ASSERT_EQ(Go(3).code, kStopped);
  WriteFile(In("a.jsonl"), JsonRecords(0, 41));
  settings_.resume = true;
  EXPECT_EQ(Go().code, kUsage);
}

TEST_F(BatchTest, OtherSettingsDoNotResume) {
  WriteFile(In("a.jsonl"), JsonRecords(0, 40));
  settings_.threads = 1;
  ASSERT_EQ(Go(3).code, kStopped);
  settings_.resume = true;
  settings_.run = "another";
  EXPECT_EQ(Go().code, kUsage);
  settings_.run = "run";
  EXPECT_EQ(Go().code, kAllDone);
}

TEST_F(BatchTest, ResumingNothingStartsFromTheBeginning) {
  WriteFile(In("a.jsonl"), JsonRecords(0, 5));
  settings_.resume = true;
  EXPECT_EQ(Go().code, kAllDone);
  EXPECT_EQ(Lines(ReadFile(Out("a.jsonl"))).size(), 5u);
}

TEST_F(BatchTest, TextOfAFailedSingleFileIsNotPublished) {
  WriteFile(In("a.txt"), "FAIL");
  settings_.read.inputs = {In("a.txt")};
  IntoOneFile(Verb::kRedact);
  EXPECT_EQ(Go().code, kSomeQuarantined);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(BatchTest, EmptyInputsGiveEmptyOutputs) {
  WriteFile(In("a.jsonl"), "");
  WriteFile(In("b.jsonl.gz"), *CompressMember("", Compression::kGzip));
  EXPECT_EQ(Go().code, kAllDone);
  EXPECT_EQ(ReadFile(Out("a.jsonl")), "");
  EXPECT_EQ(ReadFile(Out("b.jsonl.gz")), *CompressMember("", Compression::kGzip));
}

// At any thread count and group size: the same bytes, and in = out + quarantined.
TEST_F(BatchTest, ThreadsAndGroupsDoNotShow) {
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    lines += i % 7 == 3 ? "not json\n" : i % 11 == 5 ? "\n" : JsonRecords(i, 1);
  }
  WriteFile(In("a.jsonl"), lines);
  for (int i = 0; i < 30; ++i) WriteFile(In("t" + std::to_string(i)), i % 9 == 0 ? "FAIL" : "t " + std::to_string(i));
  std::map<std::string, std::string> expected;
  std::string errors, ledger;
  for (const int threads : {1, 8}) {
    for (const size_t records : {size_t{1}, size_t{5}, size_t{512}}) {
      settings_.threads = threads;
      settings_.read.group_records = records;
      const Ran ran = Go();
      EXPECT_EQ(ran.code, kSomeQuarantined);
      std::map<std::string, std::string> made;
      for (const std::string& name : Made()) made[name] = ReadFile(Out(name));
      if (expected.empty()) {
        expected = made;
        errors = Errors();
        ledger = ran.err.substr(0, ran.err.find('\n'));
        EXPECT_NE(ledger.find("215 in = 182 out + 33 quarantined"), std::string::npos) << ledger;
      }
      EXPECT_EQ(made, expected);
      EXPECT_EQ(Errors(), errors);
      EXPECT_EQ(ran.err.substr(0, ran.err.find('\n')), ledger);
    }
  }
}

}  // namespace
}  // namespace phiveil::cli
