#include "cli/compress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace phiveil::cli {
namespace {

constexpr size_t kInputChunk = size_t{128} << 10;
constexpr int kGzipWindow = 15 + 16;  // zlib's way of asking for the gzip format

absl::Status EndsEarly() { return absl::DataLossError("the compressed data ends early"); }
absl::Status Damaged() { return absl::DataLossError("the compressed data is damaged"); }

// What both formats share: a buffer of compressed bytes and where it stands.
class Decompressor : public ByteSource {
 public:
  explicit Decompressor(std::unique_ptr<ByteSource> inner) : inner_(std::move(inner)), input_(kInputChunk) {}
  bool Ready() override { return begin_ < end_ || inner_->Ready(); }
  uint64_t taken() const override { return inner_->taken(); }

 protected:
  // Makes sure there is input unless the file has ended.
  absl::Status Fill() {
    if (begin_ < end_ || ended_) return absl::OkStatus();
    PHIVEIL_ASSIGN_OR_RETURN(end_, inner_->Read(input_.data(), input_.size()));
    begin_ = 0;
    ended_ = end_ == 0;
    return absl::OkStatus();
  }

  std::unique_ptr<ByteSource> inner_;
  std::vector<char> input_;
  size_t begin_ = 0, end_ = 0;
  bool ended_ = false;
};

class GzipSource : public Decompressor {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> inner) : Decompressor(std::move(inner)) {
    healthy_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { inflateEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (!healthy_) return Damaged();
    while (true) {
      PHIVEIL_RETURN_IF_ERROR(Fill());
      if (begin_ == end_) {  // the end of the file
        if (!in_member_ && members_ > 0) return 0;
        return EndsEarly();
      }
      if (!in_member_ && members_ > 0 && SkipPadding()) continue;
      PHIVEIL_ASSIGN_OR_RETURN(const size_t got, Inflate(to, size));
      if (got > 0) return got;
    }
  }

 private:
  // Tapes and some tools fill up a gzip file with zeros.
  bool SkipPadding() {
    const size_t before = begin_;
    while (begin_ < end_ && input_[begin_] == 0) ++begin_;
    return begin_ > before && begin_ == end_;
  }

  absl::StatusOr<size_t> Inflate(char* to, size_t size) {
    const size_t room = std::min<size_t>(size, std::numeric_limits<uInt>::max());
    in_member_ = true;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data() + begin_);
    stream_.avail_in = static_cast<uInt>(end_ - begin_);
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    begin_ = end_ - stream_.avail_in;
    if (result == Z_STREAM_END) {
      ++members_;
      in_member_ = false;
      healthy_ = inflateReset(&stream_) == Z_OK;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      healthy_ = false;
      return Damaged();
    }
    return room - stream_.avail_out;
  }

  z_stream stream_ = {};
  bool healthy_ = false, in_member_ = false;
  uint64_t members_ = 0;
};

class ZstdSource : public Decompressor {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> inner)
      : Decompressor(std::move(inner)), stream_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (stream_ == nullptr || broken_) return Damaged();
    while (true) {
      PHIVEIL_RETURN_IF_ERROR(Fill());
      if (begin_ == end_ && !pending_) {
        if (!in_frame_ && frames_ > 0) return 0;
        return EndsEarly();
      }
      ZSTD_inBuffer in = {input_.data(), end_, begin_};
      ZSTD_outBuffer out = {to, size, 0};
      const size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(left) != 0) {
        broken_ = true;
        return Damaged();
      }
      const bool moved = in.pos > begin_ || out.pos > 0;
      begin_ = in.pos;
      in_frame_ = left != 0;
      pending_ = in_frame_ && out.pos == out.size;  // more output may wait inside
      if (left == 0 && moved) ++frames_;
      if (out.pos > 0) return out.pos;
    }
  }

 private:
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> stream_;
  bool broken_ = false, in_frame_ = false, pending_ = false;
  uint64_t frames_ = 0;
};

absl::StatusOr<std::string> Gzip(std::string_view bytes) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::ResourceExhaustedError("cannot start compressing");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, &deflateEnd);
  std::string out;
  size_t taken = 0;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    const size_t piece = std::min<size_t>(bytes.size() - taken, size_t{1} << 30);
    const size_t made = out.size();
    out.resize(made + std::max<size_t>(4096, piece / 2));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + taken));
    stream.avail_in = static_cast<uInt>(piece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
    stream.avail_out = static_cast<uInt>(out.size() - made);
    result = deflate(&stream, taken + piece == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    if (result == Z_STREAM_ERROR) return absl::InternalError("cannot compress");
    taken += piece - stream.avail_in;
    out.resize(out.size() - stream.avail_out);
  }
  return out;
}

absl::StatusOr<std::string> Zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size) != 0) return absl::InternalError("cannot compress");
  out.resize(size);
  return out;
}

}  // namespace

std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> inner, Compression compression) {
  if (compression == Compression::kGzip) return std::make_unique<GzipSource>(std::move(inner));
  if (compression == Compression::kZstd) return std::make_unique<ZstdSource>(std::move(inner));
  return inner;
}

absl::StatusOr<std::string> CompressMember(std::string_view bytes, Compression compression) {
  if (compression == Compression::kGzip) return Gzip(bytes);
  if (compression == Compression::kZstd) return Zstd(bytes);
  return std::string(bytes);
}

}  // namespace phiveil::cli
