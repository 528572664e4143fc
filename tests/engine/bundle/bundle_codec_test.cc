#include "engine/bundle/bundle_codec.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "platform/base/byte_codec.h"
#include "tests/support/results.h"
#include "tests/support/sample_changes.h"

namespace sacoche {
namespace {

const DeviceId kAuthor = DeviceId::FromArray({0xa0});

// A bundle around any plain bytes.
Bytes Compressed(const Bytes& plain) {
  Bytes bytes(1 + ZSTD_compressBound(plain.size()));
  bytes[0] = kBundleFormat;
  const std::size_t size =
      ZSTD_compress(bytes.data() + 1, bytes.size() - 1, plain.data(), plain.size(), 3);
  bytes.resize(1 + size);
  return bytes;
}

Bytes PlainOf(const Bytes& bundle) {
  const std::size_t size = ZSTD_getFrameContentSize(bundle.data() + 1, bundle.size() - 1);
  Bytes plain(size);
  ZSTD_decompress(plain.data(), plain.size(), bundle.data() + 1, bundle.size() - 1);
  return plain;
}

TEST(Bundle, ChangesComeBackAsTheyWere) {
  const std::vector<Change> changes = SampleChanges();
  const auto decoded = DecodeBundle(EncodeBundle(changes), kAuthor);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, changes);
}

TEST(Bundle, TheAuthorIsTheOneWhoSealedAndNoOther) {
  const DeviceId somebody = DeviceId::FromArray({0xbb});
  const auto decoded = DecodeBundle(EncodeBundle(SampleChanges()), somebody);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(decoded->front().author, somebody);
}

TEST(Bundle, ThePlainFormIsPinned) {
  // docs: BUNDLE_FORMAT.md. These bytes are in the field: a change here is a new format number.
  const std::string pinned =
      "d0000000000000000000000000000000"  // dossier
      "02"                                // two replicas
      "10000000000000000000000000000000"
      "20000000000000000000000000000000"
      "02"                      // two changes
      "0001838080e08d84ddcb01"  // dot 0:1, stamp
      "0200";                   // two records, the first is the root
  EXPECT_EQ(ToHex(PlainOf(EncodeBundle(SampleChanges()))).substr(0, pinned.size()), pinned);
}

TEST(Bundle, EveryTruncationOfThePlainFormIsRefused) {
  const Bytes plain = PlainOf(EncodeBundle(SampleChanges()));
  for (std::size_t size = 1; size < plain.size(); ++size) {
    const Bytes cut(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(DecodeBundle(Compressed(cut), kAuthor), FailsWith(ErrorCode::kCorrupt)) << size;
  }
}

TEST(Bundle, BytesLeftOverAreRefused) {
  Bytes plain = PlainOf(EncodeBundle(SampleChanges()));
  plain.push_back(0);
  EXPECT_THAT(DecodeBundle(Compressed(plain), kAuthor), FailsWith(ErrorCode::kCorrupt));
}

TEST(Bundle, AnotherFormatIsRefusedPolitely) {
  Bytes bundle = EncodeBundle(SampleChanges());
  bundle[0] = 2;
  EXPECT_THAT(DecodeBundle(bundle, kAuthor), FailsWith(ErrorCode::kNewerFormat));
}

TEST(Bundle, AFrameThatWouldNotFitIsRefusedBeforeItIsDecompressed) {
  const Bytes bomb = Compressed(Bytes(kBundlePlainBytesMax + 1, 0));
  EXPECT_LT(bomb.size(), 1000U);
  EXPECT_THAT(DecodeBundle(bomb, kAuthor), FailsWith(ErrorCode::kLimit));
}

TEST(Bundle, AFrameThatHidesItsSizeIsRefused) {
  const Bytes plain = PlainOf(EncodeBundle(SampleChanges()));
  Bytes bundle(1 + ZSTD_compressBound(plain.size()));
  bundle[0] = kBundleFormat;
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  const std::size_t size =
      ZSTD_compress2(context, bundle.data() + 1, bundle.size() - 1, plain.data(), plain.size());
  ZSTD_freeCCtx(context);
  bundle.resize(1 + size);
  EXPECT_THAT(DecodeBundle(bundle, kAuthor), FailsWith(ErrorCode::kCorrupt));
}

TEST(Bundle, NothingMayStandBehindTheFrame) {
  Bytes bundle = EncodeBundle(SampleChanges());
  const Bytes more(bundle.begin() + 1, bundle.end());
  Append(bundle, more);
  EXPECT_THAT(DecodeBundle(bundle, kAuthor), FailsWith(ErrorCode::kCorrupt));
}

TEST(Bundle, DamageIsRefusedOrReadsAsSomethingElseButNeverCrashes) {
  const Bytes bundle = EncodeBundle(SampleChanges());
  for (std::size_t at = 0; at < bundle.size(); ++at) {
    Bytes damaged = bundle;
    damaged[at] ^= 0x41;
    const auto decoded = DecodeBundle(damaged, kAuthor);
    // No checksum here on purpose: the signature covers every byte.
    if (decoded) {
      EXPECT_FALSE(decoded->empty());
    }
  }
}

TEST(Bundle, RefusesWhatTheFormatForbids) {
  const auto bundle_of = [](auto write_changes) {
    ByteWriter out;
    out.Raw(RecordId::FromArray({0xd0}).view());
    out.Varint(1);
    out.Raw(ReplicaId::FromArray({0x10}).view());
    write_changes(out);
    return Compressed(out.bytes());
  };
  struct Case {
    const char* what;
    Bytes changes;
  };
  const std::vector<Case> cases = {
      {"no change", {0}},
      {"a replica outside the table", {1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0}},
      {"a counter of 0", {1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0}},
      {"no record", {1, 0, 1, 0, 0}},
      {"no write", {1, 0, 1, 0, 1, 0, 1, 0}},
      {"a record that is neither root nor child", {1, 0, 1, 0, 1, 2, 1, 1, 1, 0, 0, 0}},
      {"a stamp with its top bit set",
       {1, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1, 0, 1, 1, 1, 0, 0, 0}},
  };
  const Bytes good = {1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0};
  EXPECT_THAT(DecodeBundle(bundle_of([&](ByteWriter& out) { out.Raw(good); }), kAuthor),
              Succeeds());
  for (const Case& bad : cases)
    EXPECT_THAT(DecodeBundle(bundle_of([&](ByteWriter& out) { out.Raw(bad.changes); }), kAuthor),
                FailsWith(ErrorCode::kCorrupt))
        << bad.what;
}

}  // namespace
}  // namespace sacoche
