#include <gtest/gtest.h>

#include <random>

#include "engine/text/text_codec.h"
#include "engine/text/utf8.h"
#include "tests/engine/text/text_support.h"

// Long sessions typed character by character from a seed, as somebody writes: mostly on and on, at
// times back over what was just typed, at times elsewhere. A plain string is the model.
namespace sacoche {
namespace {

constexpr std::size_t kKeys = 20'000;

class Typist {
 public:
  explicit Typist(std::uint64_t seed) : random_(seed) {}

  // Presses one key on the document and on the model alike.
  void Press(Desk& desk, std::u32string& model) {
    cursor_ = std::min<std::size_t>(cursor_, model.size());
    if (Below(40) == 0) cursor_ = Below(model.size() + 1);
    if (Below(3) == 0 && cursor_ > 0) {
      desk.Delete(--cursor_, 1);
      model.erase(cursor_, 1);
      return;
    }
    const char32_t key = U"aeiou nrst.é\n😀"[Below(14)];
    desk.Type(cursor_, Utf8Of(std::u32string_view(&key, 1)));
    model.insert(cursor_++, 1, key);
  }

 private:
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  std::mt19937_64 random_;
  std::size_t cursor_ = 0;
};

void TypeInto(Desk& desk, std::u32string& model, std::uint64_t seed) {
  Typist typist(seed);
  for (std::size_t i = 0; i < kKeys; ++i) typist.Press(desk, model);
  ASSERT_EQ(desk.text(), Utf8Of(model));
}

TEST(TypedSession, GivesThePlainText) {
  Desk desk(1);
  std::u32string model;
  TypeInto(desk, model, 1);
  const auto bytes = EncodeTextDocument(desk.document);
  ASSERT_THAT(bytes, Succeeds());
  EXPECT_LT(bytes->size(), kKeys * 3);
  const auto reopened = DecodeTextDocument(*bytes);
  ASSERT_THAT(reopened, Succeeds());
  EXPECT_EQ(reopened->Text(), desk.text());
}

TEST(TypedSession, OfTwoPeopleApartComesTogether) {
  Desk one(1);
  std::u32string model;
  TypeInto(one, model, 1);
  Desk other(2);
  other.Receive(one);
  std::u32string other_model = model;
  TypeInto(one, model, 2);
  TypeInto(other, other_model, 3);
  Exchange(one, other);
  EXPECT_FALSE(one.document.Contested().empty());
  EXPECT_EQ(one.document.Contested(), other.document.Contested());
}

// Deleting goes to the deleted span beside it, so spans are as many as places changed.
TEST(TypedSession, ALongDeletionTakesNoMemoryOfItsOwn) {
  Desk desk(1);
  desk.Type(0, std::string(3'000, 'a'));
  for (std::uint64_t i = 2'000; i > 1'000; --i) desk.Delete(i, 1);
  for (int i = 0; i < 1'000; ++i) desk.Delete(500, 1);
  EXPECT_EQ(desk.text(), std::string(1'000, 'a'));
  EXPECT_LT(desk.document.spans(), 10U);
}

}  // namespace
}  // namespace sacoche
