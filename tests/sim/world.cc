#include "tests/sim/world.h"

#include "tests/sim/seeded_libraries.h"

namespace sacoche::sim {
namespace {

constexpr std::uint64_t kDevicesMax = 8;
constexpr std::uint64_t kSpacesMax = 3;
constexpr std::uint64_t kVaultRunsOneIn = 8;
constexpr std::uint64_t kSnapshotRunsOneIn = 2;
constexpr std::uint64_t kLockRunsOneIn = 2;  // in the others no laptop locks
constexpr std::uint64_t kDaysToLockMax = 60;
constexpr std::uint64_t kSetUp = 1'000'000'000;  // what the beginning draws from, beside the steps
constexpr const char* kStoreFile = "store.db";

// What the administrator's requests go through: nothing ever goes wrong there.
class CalmHttp final : public HttpClient {
 public:
  CalmHttp(SimServer& server, Counters& counters) : server_(server), counters_(counters) {}
  [[nodiscard]] std::string authority() const override { return "server.test"; }
  Result<HttpResponse> Send(const HttpRequest& request, const BodySink& sink) override {
    SimNetwork network(server_, memory_, copies_, counters_, {}, Choices(0));
    memory_.Forget();
    return network.Send(request, sink);
  }

 private:
  SimServer& server_;
  Counters& counters_;
  SimNetwork::Memory memory_;
  std::deque<SimNetwork::Recorded> copies_;
};

template <class T>
T Get(Result<T> result, const char* what) {
  Require(result.has_value(), Invariant::kNothingTypedIsLost,
          std::string(what) + (result ? "" : ": " + result.error().message));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// The person's code on paper.
ByteArray<kRecoveryCodeBytes> CodeOf(const Laptop& laptop) {
  ByteArray<kRecoveryCodeBytes> code{};
  code[0] = static_cast<std::uint8_t>(laptop.number + 1);
  return code;
}

}  // namespace

World::World(const RunOptions& options) : options_(options), server_(true_clock_) {
  SeedLibraries(options.seed);
  Choices choices(Mix(options.seed, kSetUp));
  laptops_max_ = options.devices != 0 ? options.devices : 2 + choices.Below(kDevicesMax - 1);
  // Small teams are as rich in events, and cost less.
  if (options.devices == 0 && !choices.OneIn(4))
    laptops_max_ = std::min<std::size_t>(laptops_max_, 4);
  const std::uint64_t spaces = options.spaces != 0 ? options.spaces : 1 + choices.Below(kSpacesMax);
  in_vaults_ = choices.OneIn(kVaultRunsOneIn);
  if (choices.OneIn(kSnapshotRunsOneIn)) {
    snapshot_after_ = 3 + choices.Below(40);
    snapshot_for_newcomer_ = 1 + choices.Below(snapshot_after_);
  }
  root_random_.Reseed(choices.Next());
  root_http_ = std::make_unique<CalmHttp>(server_, counters_);
  organisation_ = std::make_unique<Organisation>(
      OrganisationKey::Generate(), ServerLink{root_http_.get(), &true_clock_, &root_random_});
  Get(organisation_->Found(), "the organisation is not founded");
  if (choices.OneIn(kLockRunsOneIn)) lock_after_days_ = 1 + choices.Below(kDaysToLockMax);
  Get(organisation_->SetPolicy({lock_after_days_, 0}), "a policy is not said");
  for (std::uint64_t i = 0; i < spaces; ++i)
    spaces_.push_back(Get(organisation_->AddSpace("space"), "a space is not made"));
  const std::size_t at_once = laptops_max_ > 2 ? laptops_max_ - 1 : laptops_max_;
  while (laptops_.size() < at_once) AddLaptop(choices);
  // Twice: the first opens the epochs, then those who hold a key grant it.
  for (int round = 0; round < 2; ++round)
    for (auto& laptop : laptops_) SyncCalmly(*laptop, choices);
}

void World::AddLaptop(Choices& choices) {
  auto laptop = std::make_unique<Laptop>();
  laptop->number = static_cast<int>(laptops_.size());
  laptop->person = laptop->number;
  // The first is in every space, so that nobody's space is without a colleague.
  for (int space = 0; space < static_cast<int>(spaces_.size()); ++space)
    if (laptop->number < 2 || !choices.OneIn(3)) laptop->spaces.push_back(space);
  if (laptop->spaces.empty()) laptop->spaces.push_back(0);
  Add(std::move(laptop), choices);
}

Laptop& World::Add(std::unique_ptr<Laptop> laptop, Choices& choices) {
  laptop->random.Reseed(choices.Next());
  laptop->clock.Set(true_clock_.NowMs());
  OpenVault(*laptop);
  OpenEngine(*laptop);
  Admit(*laptop);
  Get((*laptop)->NoteRecoveryCode(CodeOf(*laptop)), "a code on paper is not noted");
  laptops_.push_back(std::move(laptop));
  return *laptops_.back();
}

// Lost with all that it had not sent; on a new one its person types the code.
void World::RecoverLaptop(Laptop&, Choices& choices) {
  if (laptops_.size() >= laptops_max_ || !unhealed_.empty()) return;
  const auto lost = std::ranges::find_if(
      laptops_, [](const auto& each) { return each->withdrawn && !each->is_replaced; });
  if (lost == laptops_.end()) return;
  ++counters_.faults["a lost laptop is recovered"];
  (*lost)->is_replaced = true;
  const auto code = CodeOf(**lost);
  auto laptop = std::make_unique<Laptop>();
  laptop->number = static_cast<int>(laptops_.size());
  laptop->person = (*lost)->person;
  laptop->spaces = (*lost)->spaces;
  Laptop& added = Add(std::move(laptop), choices);
  SyncCalmly(added, choices);
  // A colleague may have been quicker, or the code never have got as far as the directory.
  const auto typed = added->UseRecoveryCode(code);
  Require(typed || typed.error().code == ErrorCode::kAlreadyExists ||
              typed.error().code == ErrorCode::kInvalidInput,
          Invariant::kNothingTypedIsLost, "a code is not taken");
}

void World::OpenVault(Laptop& laptop) {
  if (!in_vaults_) return;
  laptop.vault.reset();
  SecretBytes key(DataKey::kBytes);
  std::ranges::fill(key.span(), static_cast<std::uint8_t>(laptop.number + 1));
  VaultVfs::Options options{.name = "vault-of-" + laptop.disk.vfs_name(),
                            .below = laptop.disk.vfs_name(),
                            .header_of_new_files = {}};
  options.header_of_new_files.vault[0] = static_cast<std::uint8_t>(laptop.number + 1);
  laptop.vault = Get(VaultVfs::Register(options, DataKey(std::move(key))), "no vault");
}

void World::OpenEngine(Laptop& laptop) {
  laptop.engine = Get(Engine::Open({kStoreFile, &SimSchema(), &laptop.clock, &laptop.random,
                                    laptop.vault ? laptop.vault->name() : laptop.disk.vfs_name(),
                                    false, snapshot_after_, snapshot_for_newcomer_}),
                      "a laptop's store does not open");
  laptop.id = laptop->device();
}

std::vector<Laptop*> World::Working() const {
  std::vector<Laptop*> working;
  for (const auto& laptop : laptops_)
    if (!laptop->withdrawn) working.push_back(laptop.get());
  return working;
}

void World::Admit(Laptop& laptop) {
  const OrganisationKey& key = organisation_->key();
  Get(laptop->Join(
          {"https://server.test", "-", key.signing_key.public_key(), key.box_key.public_key()}),
      "a laptop does not join");
  Get(laptop->RequestAdmission(*root_http_, {"Somebody", "somewhere"}), "no request of admission");
  const auto phrase = Get(laptop->ReadStatus(), "no status").comparison_phrase;
  const auto requests = Get(organisation_->Requests(), "no requests");
  std::vector<SpaceId> spaces;
  for (const int space : laptop.spaces) spaces.push_back(spaces_[space]);
  for (const PendingDevice& pending : requests) {
    if (pending.phrase != phrase) continue;
    const auto user = UserId::FromArray({static_cast<std::uint8_t>(laptop.person + 1)});
    Get(organisation_->Admit(pending, Role::kIntervenant, spaces, user),
        "a laptop is not admitted");
    laptop.admitted = true;
    root_knows_alone_ = true;
    newest_ = laptop.number;
  }
}

void World::Step(std::uint64_t index) {
  step_ = index;
  ++counters_.steps;
  Choices choices(Mix(options_.seed, index));
  SeedLibraries(choices.Next());
  // Now and then several people work in one and the same millisecond.
  if (!choices.OneIn(3)) true_clock_.Advance(1 + choices.Below(300'000));
  for (Laptop* laptop : Working()) {
    laptop->clock.Set(static_cast<std::uint64_t>(static_cast<std::int64_t>(true_clock_.NowMs()) +
                                                 laptop->clock_error_ms));
    laptop->random.Reseed(Mix(choices.Next(), static_cast<std::uint64_t>(laptop->number)));
  }
  Laptop& laptop = *choices.Of(Working());
  CheckLock(laptop);
  static const unsigned total = [] {
    unsigned sum = 0;
    for (const Kind& kind : Kinds()) sum += kind.weight;
    return sum;
  }();
  std::uint64_t place = choices.Below(total);
  for (const Kind& kind : Kinds()) {
    if (place < kind.weight) {
      Say("#" + std::to_string(index) + " laptop " + std::to_string(laptop.number) + " " +
          kind.name);
      (this->*kind.action)(laptop, choices);
      return;
    }
    place -= kind.weight;
  }
}

const std::vector<World::Kind>& World::Kinds() {
  static const std::vector<Kind> kinds = {{"edits", 420, &World::EditSomething},
                                          {"resolves", 50, &World::Resolve},
                                          {"takes back", 20, &World::TakeBack},
                                          {"syncs", 270, &World::SyncCalmly},
                                          {"syncs through faults", 80, &World::SyncThroughFaults},
                                          {"syncs with a liar", 15, &World::SyncWithALiar},
                                          {"copy delivered", 8, &World::DeliverACopy},
                                          {"takes in a file", 30, &World::CarryIn},
                                          {"moves its clock", 10, &World::MoveClock},
                                          {"time passes", 20, &World::PassTime},
                                          {"restarts", 6, &World::RestartCleanly},
                                          {"power cut", 20, &World::CutThePower},
                                          {"disk breaks", 12, &World::BreakTheDisk},
                                          {"server's power cut", 8, &World::CutTheServersPower},
                                          {"server's disk breaks", 6, &World::BreakTheServersDisk},
                                          {"backs up", 5, &World::BackUpLaptop},
                                          {"is put back", 4, &World::PutLaptopBack},
                                          {"server backs up", 3, &World::BackUpServer},
                                          {"server is put back", 3, &World::PutServerBack},
                                          {"server compacts", 6, &World::CompactServer},
                                          {"another enrols", 2, &World::EnrolAnother},
                                          {"is withdrawn", 1, &World::WithdrawLaptop},
                                          {"an epoch is forgotten", 2, &World::ForgetAnEpoch},
                                          {"an epoch is orphaned", 1, &World::OrphanAnEpoch},
                                          {"person recovers", 2, &World::RecoverLaptop}};
  return kinds;
}

void World::Note(const std::string& line) { trace_ += line + "\n"; }

}  // namespace sacoche::sim
