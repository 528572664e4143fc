#include "engine/bundle/bundle_codec.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "engine/bundle/bundle_dictionary.h"
#include "engine/bundle/change_codec.h"
#include "engine/compress/zstd_frame.h"
#include "engine/sign/hash.h"
#include "platform/base/byte_codec.h"
#include "tests/support/results.h"
#include "tests/support/sample_changes.h"

namespace sacoche {
namespace {

const DeviceId kAuthor = DeviceId::FromArray({0xa0});

const ZstdDictionary& Dictionary() {
  static const ZstdDictionary dictionary(kBundleDictionary1, 3);
  return dictionary;
}

// A bundle around any plain bytes.
Bytes Compressed(ByteView plain) {
  Bytes bytes{kBundleFormat};
  Dictionary().AppendCompressed(bytes, plain);
  return bytes;
}

// The same in the first format.
Bytes FirstCompressed(ByteView plain) {
  Bytes bytes{kFirstBundleFormat};
  AppendCompressed(bytes, plain, 3);
  return bytes;
}

Bytes PlainOf(const Bytes& bundle) {
  return *Dictionary().Decompress(ByteView(bundle).subspan(1), kBundlePlainBytesMax, "a bundle");
}

// What a bundle of the first format said of them.
Bytes RowsOf(const std::vector<Change>& changes) {
  ChangeContext context{changes.front().dossier, changes.front().author, {}};
  CompactOutputArchive body;
  for (const Change& change : changes) body(InContext<const Change>{change, context});
  CompactOutputArchive plain;
  plain.writer().Raw(context.dossier.view());
  plain(std::uint64_t{context.replicas.size()});
  for (const ReplicaId& replica : context.replicas) plain.writer().Raw(replica.view());
  plain(std::uint64_t{changes.size()});
  plain.writer().Raw(body.writer().bytes());
  return std::move(plain.writer()).Take();
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

// docs: BUNDLE_FORMAT.md. These bytes are in the field: a change here is a new format number.
TEST(Bundle, ThePlainFormIsPinned) {
  const std::string pinned =
      "d0000000000000000000000000000000"  // dossier
      "02"                                // two replicas
      "10000000000000000000000000000000"
      "20000000000000000000000000000000"
      "02"  // two changes
      "0002"
      "0002"  // their dots: the same replica, one more
      "80f086c2ee6503"
      "0200"  // their stamps
      "020301"
      "0101"  // two records of three and one writes, one of one
      "000001"
      "010102"
      "02019221";
  EXPECT_EQ(ToHex(PlainOf(EncodeBundle(SampleChanges()))).substr(0, pinned.size()), pinned);
}

TEST(Bundle, TheFirstPlainFormIsPinned) {
  const std::string pinned =
      "d0000000000000000000000000000000"  // dossier
      "02"                                // two replicas
      "10000000000000000000000000000000"
      "20000000000000000000000000000000"
      "02"                      // two changes
      "0001838080e08d84ddcb01"  // dot 0:1, stamp
      "0200";                   // two records, the first is the root
  EXPECT_EQ(ToHex(RowsOf(SampleChanges())).substr(0, pinned.size()), pinned);
}

TEST(Bundle, TheFirstFormatIsRead) {
  const auto decoded = DecodeBundle(FirstCompressed(RowsOf(SampleChanges())), kAuthor);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, SampleChanges());
}

// A dictionary that was trained anew would read old bundles as something else.
TEST(Bundle, TheDictionaryIsPinned) {
  EXPECT_EQ(ToHex(Sha256(kBundleDictionary1)),
            "7454bd0e49886075651ebd5ca3e21760caf824b0eeec58537cb0986077775222");
}

TEST(Bundle, ChangesThatReturnToARecordNameItOnce) {
  std::vector<Change> changes = SampleChanges();
  const std::size_t before = PlainOf(EncodeBundle(changes)).size();
  Change again = changes[0];
  again.dot.counter = 3;
  again.hlc = Hlc::Of(again.hlc.physical_ms() + 5, 0);
  changes.push_back(again);
  const Bytes bundle = EncodeBundle(changes);
  const auto decoded = DecodeBundle(bundle, kAuthor);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, changes);
  EXPECT_LT(PlainOf(bundle).size() - before, EncodedSize(again) - 16);
}

TEST(Bundle, DotsAndStampsMayGoBackwards) {
  std::vector<Change> changes = SampleChanges();
  changes[0].dot.counter = kDotCounterMax;
  changes[0].hlc = Hlc::Of(Hlc::kPhysicalMsMax, 0xffff);
  changes[1].dot = Dot{ReplicaId::FromArray({0x20}), 1};
  changes[1].hlc = Hlc::Of(0, 0);
  const auto decoded = DecodeBundle(EncodeBundle(changes), kAuthor);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, changes);
}

TEST(Bundle, EveryTruncationOfThePlainFormIsRefused) {
  const Bytes plain = PlainOf(EncodeBundle(SampleChanges()));
  for (std::size_t size = 1; size < plain.size(); ++size) {
    const Bytes cut(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(DecodeBundle(Compressed(cut), kAuthor), FailsWith(ErrorCode::kCorrupt)) << size;
  }
  const Bytes rows = RowsOf(SampleChanges());
  for (std::size_t size = 1; size < rows.size(); ++size)
    EXPECT_THAT(DecodeBundle(FirstCompressed(ByteView(rows).first(size)), kAuthor),
                FailsWith(ErrorCode::kCorrupt))
        << size;
}

TEST(Bundle, BytesLeftOverAreRefused) {
  Bytes plain = PlainOf(EncodeBundle(SampleChanges()));
  plain.push_back(0);
  EXPECT_THAT(DecodeBundle(Compressed(plain), kAuthor), FailsWith(ErrorCode::kCorrupt));
}

TEST(Bundle, AnotherFormatIsRefusedPolitely) {
  Bytes bundle = EncodeBundle(SampleChanges());
  bundle[0] = 3;
  EXPECT_THAT(DecodeBundle(bundle, kAuthor), FailsWith(ErrorCode::kNewerFormat));
}

TEST(Bundle, AFrameThatWouldNotFitIsRefusedBeforeItIsDecompressed) {
  const Bytes bomb = Compressed(Bytes(kBundlePlainBytesMax + 1, 0));
  EXPECT_LT(bomb.size(), 1000U);
  EXPECT_THAT(DecodeBundle(bomb, kAuthor), FailsWith(ErrorCode::kLimit));
}

TEST(Bundle, SaysHowLongItIsBeforeItIsDecompressed) {
  for (const Bytes& bundle : {EncodeBundle(SampleChanges()), FirstCompressed(Bytes(70'000, 7))})
    EXPECT_GE(PlainBytesOf(bundle).value_or(0), bundle.size() / 2);
  EXPECT_EQ(PlainBytesOf(FirstCompressed(Bytes(70'000, 7))), 70'000U);
  EXPECT_EQ(PlainBytesOf(Compressed(Bytes(70'000, 7))), 70'000U);
  EXPECT_THAT(PlainBytesOf(Compressed(Bytes(kBundlePlainBytesMax + 1, 0))),
              FailsWith(ErrorCode::kLimit));
  EXPECT_THAT(PlainBytesOf(Bytes{}), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(PlainBytesOf(Bytes{kBundleFormat}), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(PlainBytesOf(Bytes{9, 9}), FailsWith(ErrorCode::kNewerFormat));
}

TEST(Bundle, AFrameThatHidesItsSizeIsRefused) {
  const Bytes plain = RowsOf(SampleChanges());
  Bytes bundle(1 + ZSTD_compressBound(plain.size()));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  const std::size_t size =
      ZSTD_compress2(context, bundle.data() + 1, bundle.size() - 1, plain.data(), plain.size());
  ZSTD_freeCCtx(context);
  bundle.resize(1 + size);
  bundle[0] = kFirstBundleFormat;
  EXPECT_THAT(DecodeBundle(bundle, kAuthor), FailsWith(ErrorCode::kCorrupt));
  bundle.erase(bundle.begin() + 1, bundle.begin() + 5);  // the magic number
  bundle[0] = kBundleFormat;
  EXPECT_THAT(DecodeBundle(bundle, kAuthor), FailsWith(ErrorCode::kCorrupt));
}

TEST(Bundle, AFrameWithAChecksumOrTheNameOfADictionaryIsRefused) {
  const Bytes bundle = EncodeBundle(SampleChanges());
  for (const std::uint8_t flag : std::initializer_list<std::uint8_t>{1, 2, 4}) {
    Bytes spoilt = bundle;
    spoilt[1] = static_cast<std::uint8_t>(spoilt[1] | flag);
    EXPECT_THAT(DecodeBundle(spoilt, kAuthor), FailsWith(ErrorCode::kCorrupt)) << int{flag};
  }
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

TEST(Bundle, RefusesWhatTheFirstFormatForbids) {
  const auto bundle_of = [](auto write_changes) {
    ByteWriter out;
    out.Raw(RecordId::FromArray({0xd0}).view());
    out.Varint(1);
    out.Raw(ReplicaId::FromArray({0x10}).view());
    write_changes(out);
    return FirstCompressed(out.bytes());
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

TEST(Bundle, RefusesWhatTheFormatForbids) {
  // dossier, one replica, then the columns.
  const auto bundle_of = [](const Bytes& columns) {
    ByteWriter out;
    out.Raw(RecordId::FromArray({0xd0}).view());
    out.Varint(1);
    out.Raw(ReplicaId::FromArray({0x10}).view());
    out.Raw(columns);
    return Compressed(out.bytes());
  };
  struct Case {
    const char* what;
    Bytes columns;
  };
  const Bytes other_id(16, 7);
  Bytes dossier_id(16, 0);
  dossier_id[0] = 0xd0;
  const auto with = [](Bytes before, ByteView id, const Bytes& after) {
    Append(before, id);
    Append(before, after);
    return before;
  };
  // count; dot; stamp; shape; record; field, overwritten, element, value
  const Bytes good = {1, 0, 2, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0};
  EXPECT_THAT(DecodeBundle(bundle_of(good), kAuthor), Succeeds());
  EXPECT_THAT(DecodeBundle(bundle_of(with({1, 0, 2, 0, 0, 1, 1, 0, 1, 1}, other_id, {1, 0, 0, 0})),
                           kAuthor),
              Succeeds());
  const std::vector<Case> cases = {
      {"no change", {0}},
      {"a move to the replica that it is at", {1, 1, 0, 2, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"a replica outside the table", {1, 1, 1, 2, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"neither a move nor none", {1, 2, 0, 2, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"a counter of 0", {1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"a counter below 0", {1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"a stamp before the epoch", {1, 0, 2, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"a stamp's counter beyond 16 bits", {1, 0, 2, 0, 0x80, 0x80, 4, 1, 1, 0, 0, 1, 1, 0, 0, 0}},
      {"no record", {1, 0, 2, 0, 0, 0, 0, 0, 0}},
      {"no write", {1, 0, 2, 0, 0, 1, 0, 0, 0, 1}},
      {"more writes than the rest can hold", {1, 0, 2, 0, 0, 1, 100, 0, 0, 1, 1, 0, 0, 0}},
      {"a write of less than four bytes", {1, 0, 2, 0, 0, 1, 2, 0, 0, 1, 1, 0, 0, 0}},
      {"a record that was not named", {1, 0, 2, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0}},
      {"a record that is neither root nor other", {1, 0, 2, 0, 0, 1, 1, 0, 2, 1, 1, 0, 0, 0}},
      {"the root's id written out", with({1, 0, 2, 0, 0, 1, 1, 0, 1, 1}, dossier_id, {1, 0, 0, 0})},
      {"one record named twice",
       {1, 0, 2, 0, 0, 2, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}},
      {"an overwritten dot of 0", {1, 0, 2, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0}},
      {"bytes left over", {1, 0, 2, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0}},
  };
  for (const Case& bad : cases)
    EXPECT_THAT(DecodeBundle(bundle_of(bad.columns), kAuthor), FailsWith(ErrorCode::kCorrupt))
        << bad.what;
}

}  // namespace
}  // namespace sacoche
