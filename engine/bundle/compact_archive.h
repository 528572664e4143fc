#pragma once

#include <cereal/cereal.hpp>
#include <stdexcept>

#include "platform/base/byte_codec.h"

namespace sacoche {

// cereal archives over ByteWriter and ByteReader: integers are minimal varints and every length is
// bounded by the caller, where cereal's own portable archive spends eight bytes on a length and
// believes it. Input throws cereal::Exception on the first violation; bundle_codec catches it at
// the room's border.
class CompactOutputArchive
    : public cereal::OutputArchive<CompactOutputArchive, cereal::AllowEmptyClassElision> {
 public:
  CompactOutputArchive() : OutputArchive(this) {}
  [[nodiscard]] ByteWriter& writer() { return writer_; }

 private:
  ByteWriter writer_;
};

class CompactInputArchive
    : public cereal::InputArchive<CompactInputArchive, cereal::AllowEmptyClassElision> {
 public:
  explicit CompactInputArchive(ByteView bytes) : InputArchive(this), reader_(bytes) {}
  [[nodiscard]] ByteReader& reader() { return reader_; }

  void Require(bool condition) const {
    if (!condition || !reader_.ok()) throw cereal::Exception("malformed bundle");
  }

 private:
  ByteReader reader_;
};

template <class T>
requires std::is_unsigned_v<T>
void CEREAL_SAVE_FUNCTION_NAME(CompactOutputArchive& archive, const T& value) {
  archive.writer().Varint(value);
}

template <class T>
requires std::is_unsigned_v<T>
void CEREAL_LOAD_FUNCTION_NAME(CompactInputArchive& archive, T& value) {
  value = archive.reader().VarintAs<T>();
  archive.Require(true);
}

}  // namespace sacoche

CEREAL_REGISTER_ARCHIVE(sacoche::CompactOutputArchive)
CEREAL_REGISTER_ARCHIVE(sacoche::CompactInputArchive)
CEREAL_SETUP_ARCHIVE_TRAITS(sacoche::CompactInputArchive, sacoche::CompactOutputArchive)
