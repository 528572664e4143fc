// Stands in for libFuzzer where the compiler has none: runs a target on its corpus and on a fixed
// number of mutations of it, the same in every run.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>

#include "platform/base/bytes.h"
#include "tests/fuzz/fuzz_target.h"

namespace sacoche {
namespace {

constexpr std::size_t kMutationsPerTarget = 5000;
constexpr std::size_t kEditsPerMutationMax = 4;

std::vector<Bytes> ReadCorpus(const char* folder) {
  std::set<std::filesystem::path> paths;  // in an order that does not depend on the disk
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.insert(entry.path());
  std::vector<Bytes> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Bytes>& corpus) : corpus_(corpus) {}

  Bytes Next() {
    Bytes bytes = corpus_[Below(corpus_.size())];
    const std::size_t edits = 1 + Below(kEditsPerMutationMax);
    for (std::size_t i = 0; i < edits; ++i) Edit(bytes);
    return bytes;
  }

 private:
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  std::uint8_t AnyByte() { return static_cast<std::uint8_t>(random_()); }

  void Edit(Bytes& bytes) {
    const std::size_t at = Below(bytes.size() + 1);
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (Below(5)) {
      case 0:
        bytes.insert(place, AnyByte());
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        if (at < bytes.size()) bytes.erase(place);
        break;
      case 3: {
        const Bytes& other = corpus_[Below(corpus_.size())];
        bytes.resize(at);
        Append(bytes, ByteView(other).subspan(Below(other.size() + 1)));
        break;
      }
      default:
        if (at < bytes.size()) bytes[at] = AnyByte();
    }
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_{1};  // fixed, so that a failure comes again
};

int Replay(const char* folder) {
  const std::vector<Bytes> corpus = ReadCorpus(folder);
  SACOCHE_CHECK(!corpus.empty());
  for (const Bytes& seed : corpus) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  Mutator mutator(corpus);
  for (std::size_t i = 0; i < kMutationsPerTarget; ++i) {
    const Bytes bytes = mutator.Next();
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::cout << corpus.size() << " seeds, " << kMutationsPerTarget << " mutations\n";
  return 0;
}

}  // namespace
}  // namespace sacoche

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " <corpus folder>\n";
    return 2;
  }
  return sacoche::Replay(argv[1]);
}
