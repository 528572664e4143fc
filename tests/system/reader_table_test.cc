// Every cell of the reader table, with real stores and a real server: whoever is somebody in the
// organisation tries to read each kind of record by every way there is.

#include <gtest/gtest.h>

#include <fstream>

#include "engine/bundle/bundle_codec.h"
#include "engine/casework/casework_projector.h"
#include "engine/casework/posts.h"
#include "engine/casework/schema.h"
#include "engine/seal/envelope_seal.h"
#include "engine/store/store.h"
#include "engine/sync/device_identity.h"
#include "engine/sync/signed_request.h"
#include "engine/wire/wire_codec.h"
#include "platform/sqlite/database.h"
#include "tests/support/results.h"
#include "tests/sync-server/server_process.h"

namespace sacoche::casework {
namespace {

// A colleague of the post is an intervenant like another: the same role, another laptop.
struct Seat {
  const char* name;
  ReaderRole reader;
  Role role;
};
constexpr Seat kSeats[] = {
    {"is", ReaderRole::kIntervenant, Role::kIntervenant},
    {"bi", ReaderRole::kBinome, Role::kIntervenant},
    {"bc", ReaderRole::kClinicalBinome, Role::kClinician},
    {"st", ReaderRole::kTechnicalSupervisor, Role::kTechnicalSupervisor},
    {"sf", ReaderRole::kHost, Role::kFunctionalSupervisor},
    {"sh", ReaderRole::kEmployer, Role::kHierarchy},
    {"cf", ReaderRole::kCommittee, Role::kCommittee},
    {"rr", ReaderRole::kRegionalReferent, Role::kRegionalReferent},
    {"sa", ReaderRole::kServerAdmin, Role::kAdministrator},
};

const std::vector<KindDef>& Kinds() { return CaseworkSchema().kinds(); }

bool IsDerived(const KindDef& kind) { return IsNameless(kind.space); }

std::string Canary(const KindDef& kind) { return "canari-" + kind.name + "-"; }

// Something in each field of the kind.
RecordEdit FilledIn(const KindDef& kind, const RecordId& record) {
  RecordEdit edit{record, kind.id, {}};
  for (const FieldDef& field : kind.fields) {
    if (field.policy == MergePolicy::kErasure) continue;
    Value value;
    switch (field.type) {
      case FieldType::kText:
        value = Value::Text(Canary(kind) + field.name);
        break;
      case FieldType::kInteger:
        value = Value::Integer(7);
        break;
      case FieldType::kDate:
        value = Value::OfDate(*ParseDate("1987-03-14"));
        break;
      case FieldType::kCode:
        value = Value::OfCode(CaseworkSchema().FindList(field.closed_list)->entries.front().code);
        break;
      case FieldType::kReference:
        value = Value::Reference(record);
        break;
      case FieldType::kFlag:
        value = Value::Flag(true);
        break;
    }
    if (field.policy == MergePolicy::kAddWinsSet) value = Value::List({value});
    edit.fields.push_back({field.id, std::move(value), {}});
  }
  return edit;
}

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A laptop of its own store, which is in the clear: what the file holds is what its owner can read
// of it with the key that he has.
class Laptop {
 public:
  Laptop(const std::string& path, const ServerProcess& server, const Invitation& invitation)
      : path_(path) {
    engine_ = std::move(*Engine::Open({.path = path,
                                       .schema = &CaseworkSchema(),
                                       .clock = &clock_,
                                       .random = &random_,
                                       .projector = &projector_}));
    http_ = std::move(*CurlHttpClient::Create("https://" + server.address(), server.ca_pem()));
    EXPECT_THAT(engine_->Join(invitation), Succeeds());
  }

  Engine* operator->() { return engine_.get(); }
  [[nodiscard]] HttpClient& http() { return *http_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  // Everything that its owner has in hand; a copy, since the program has the store itself.
  [[nodiscard]] std::unique_ptr<Store> Keys() {
    const std::string copy = path_ + ".copy";
    std::filesystem::remove(copy);
    EXPECT_THAT(engine_->BackUpTo(copy), Succeeds());
    return std::move(*Store::OpenReadOnly(copy));
  }

  void Sync() {
    SyncReport report;
    EXPECT_THAT(engine_->Sync(*http_, report), Succeeds()) << path_;
  }

  // Asks the server for all that it has of the space, as a program would that its owner wrote:
  // signed with the laptop's own key. Gives the envelopes that came.
  std::size_t Demand(const SpaceId& space) {
    const auto store = Keys();
    const DeviceIdentity identity = std::move(**DeviceIdentity::Load(*store));
    Bytes body;
    AppendFrame(body, PushFrame(HelloFrame{(*engine_).directory().statement_count()}));
    AppendFrame(body, PushFrame(CursorFrame{space, 0, CursorFrame::From::kEverybody}));
    AppendFrame(body, PushFrame(PushEndFrame{}));
    std::size_t envelopes = 0;
    FrameSplitter splitter;
    const SignedCall call{"POST",
                          "/v1/sync",
                          kSyncContentType,
                          body,
                          &identity.signing_key,
                          RequestSigner::Device(identity.device())};
    // A refusal is an answer too.
    (void)SendSigned({http_.get(), &clock_, &random_}, call, [&](ByteView piece) -> Status {
      splitter.Feed(piece);
      while (true) {
        SACOCHE_ASSIGN(const auto raw, splitter.Next());
        if (!raw) return {};
        const auto frame = DecodePullFrame(*raw);
        if (frame && std::holds_alternative<StoredEnvelopeFrame>(*frame)) ++envelopes;
      }
    });
    return envelopes;
  }

 private:
  std::string path_;
  SystemClock clock_;
  SystemRandom random_;
  CaseworkProjector projector_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<Engine> engine_;
};

// What everybody has at the end of a week in which somebody wrote a record of each kind.
class Week {
 public:
  Week()
      : http_(std::move(*CurlHttpClient::Create("https://" + server.address(), server.ca_pem()))),
        organisation_(OrganisationKey::Generate(), {http_.get(), &clock_, &random_}) {
    EXPECT_THAT(organisation_.Found(), Succeeds());
    const auto post = random_.NextId<RecordId>();
    const auto elsewhere = random_.NextId<RecordId>();
    for (const SpaceLabel& label : SpacesOfPost("Montcel", post))
      spaces[*label.kind] = *organisation_.AddSpace(label);
    for (const SpaceLabel& label : SpacesOfPost("Aubrac", elsewhere))
      EXPECT_THAT(organisation_.AddSpace(label), Succeeds());
    spaces[SpaceKind::kSharedDirectory] = *organisation_.AddSpace(SharedDirectoryLabel());
    for (const Seat& seat : kSeats) Admit(seat.name, seat.role, post);
    Admit("another post", Role::kIntervenant, elsewhere);
    SyncAll();
    for (const KindDef& kind : Kinds())
      if (!IsDerived(kind)) Write(kind);
    SyncAll();
  }

  Laptop& Of(const std::string& name) { return *laptops_.at(name); }

  // Its folder, as it stands while nobody talks to it.
  [[nodiscard]] std::string CopyOfTheServer() const {
    std::filesystem::copy(server.data_folder(), folder_ / "stolen",
                          std::filesystem::copy_options::overwrite_existing |
                              std::filesystem::copy_options::recursive);
    return folder_ / "stolen";
  }

  ServerProcess server;
  std::map<SpaceKind, SpaceId> spaces;
  std::map<KindId, RecordId> records;

 private:
  void Admit(const std::string& name, Role role, const RecordId& post) {
    const Invitation invitation{"https://" + server.address(), server.ca_pem(),
                                organisation_.key().signing_key.public_key(),
                                organisation_.key().box_key.public_key()};
    auto laptop = std::make_unique<Laptop>(folder_ / (name + ".db"), server, invitation);
    ASSERT_THAT((*laptop)->RequestAdmission(laptop->http(), {name, "portable"}), Succeeds());
    const auto known = organisation_.Spaces();
    const auto requests = organisation_.Requests();
    const std::string phrase = *(*laptop)->ReadStatus()->comparison_phrase;
    const auto pending = std::ranges::find(*requests, phrase, &PendingDevice::phrase);
    ASSERT_NE(pending, requests->end());
    ASSERT_THAT(organisation_.Admit(*pending, role, SpacesForRole(*known, role, std::array{post})),
                Succeeds());
    laptops_[name] = std::move(laptop);
  }

  // Keys are granted, changes carried and what follows from them told.
  void SyncAll() {
    for (int round = 0; round < 3; ++round)
      for (const auto& [name, laptop] : laptops_) laptop->Sync();
  }

  // By somebody who may: into a dossier of the same space.
  void Write(const KindDef& kind) {
    Laptop& author = Of(kind.space == SpaceKind::kClinical ? "bc" : "is");
    const RecordId record = author->NewRecordId();
    RecordId dossier = record;
    if (kind.place == KindDef::Place::kChild) {
      const auto root = std::ranges::find_if(Kinds(), [&](const KindDef& other) {
        return other.space == kind.space && other.place == KindDef::Place::kRoot;
      });
      dossier = records.at(root->id);
    }
    ASSERT_THAT(author->Edit({dossier, {FilledIn(kind, record)}}), Succeeds()) << kind.name;
    records[kind.id] = record;
  }

  TemporaryDirectory folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<HttpClient> http_;
  Organisation organisation_;
  std::map<std::string, std::unique_ptr<Laptop>> laptops_;
};

// Somebody who tries to read each kind. Nobody shared anything, asked for anything, or made a
// report this week: what is left of the table is what somebody has the key of. All entries of a
// post's access log speak of its files.
class Reading {
 public:
  Reading(Week& week, const Seat& seat) : week_(week), seat_(seat), laptop_(week.Of(seat.name)) {}

  void ThroughTheProgram();
  void ThroughAnExport();
  void ThroughTheSearch();
  void ThroughTheRawDatabase();
  void ThroughForgedRequests();
  void ThroughACopyOfTheServersDatabase();

 private:
  [[nodiscard]] bool Reads(const KindDef& kind) const {
    const Access access = AccessOf(kind.id, seat_.reader).access;
    return access == Access::kFull ||
           (kind.space == SpaceKind::kAccessLog && access == Access::kShared);
  }

  Week& week_;
  const Seat seat_;
  Laptop& laptop_;
};

void Reading::ThroughTheProgram() {
  for (const KindDef& kind : Kinds()) {
    SCOPED_TRACE(kind.name);
    RecordQuery query;
    query.kind = kind.id;
    const auto listed = laptop_->List(query);
    ASSERT_THAT(listed, Succeeds());
    EXPECT_EQ(!listed->empty(), Reads(kind));
    if (IsDerived(kind)) continue;
    const auto view = laptop_->Read(week_.records.at(kind.id));
    ASSERT_THAT(view, Succeeds());
    EXPECT_EQ(view->has_value(), Reads(kind));
    // Whoever reads it reads all of it.
    if (!*view) continue;
    EXPECT_EQ((*view)->fields.size(), kind.fields.size() - (kind.FindErasure() != nullptr ? 1 : 0));
  }
}

void Reading::ThroughAnExport() {
  std::string exported;
  ASSERT_THAT(laptop_->ForEachRecord([&](const RecordView& view) -> Status {
    exported += view.head.id.ToHex();
    for (const VisibleField& field : view.fields) exported += FormatValue(field.value) + "\n";
    return {};
  }),
              Succeeds());
  for (const KindDef& kind : Kinds()) {
    if (IsDerived(kind)) continue;
    const bool reads = Reads(kind);
    const bool has_text = std::ranges::count(kind.fields, FieldType::kText, &FieldDef::type) > 0;
    EXPECT_EQ(exported.find(week_.records.at(kind.id).ToHex()) != std::string::npos, reads)
        << kind.name;
    EXPECT_EQ(exported.find(Canary(kind)) != std::string::npos, reads && has_text) << kind.name;
  }
}

void Reading::ThroughTheSearch() {
  const auto found = laptop_->Search("canari", 1000);
  ASSERT_THAT(found, Succeeds());
  for (const RecordView& view : *found)
    EXPECT_TRUE(Reads(*CaseworkSchema().FindKind(view.head.kind)));
  EXPECT_EQ(found->empty(), seat_.reader > ReaderRole::kTechnicalSupervisor &&
                                seat_.reader != ReaderRole::kEmployer);
}

void Reading::ThroughTheRawDatabase() {
  const std::string bytes = FileBytes(laptop_.path()) + FileBytes(laptop_.path() + "-wal");
  ASSERT_FALSE(bytes.empty());
  for (const KindDef& kind : Kinds()) {
    if (IsDerived(kind) || Reads(kind)) continue;
    EXPECT_EQ(bytes.find(Canary(kind)), std::string::npos) << kind.name;
    const RecordId& record = week_.records.at(kind.id);
    EXPECT_EQ(bytes.find(TextOf(record.view())), std::string::npos) << kind.name;
  }
}

void Reading::ThroughForgedRequests() {
  for (const auto& [kind, space] : week_.spaces)
    EXPECT_EQ(laptop_.Demand(space) > 0, MayHoldKey(kind, seat_.reader)) << static_cast<int>(kind);
}

// Whoever steals the server's disk, and is somebody in the organisation too.
void Reading::ThroughACopyOfTheServersDatabase() {
  const auto keys = laptop_.Keys();
  const auto server = Database::Open({.path = week_.CopyOfTheServer() + "/envelopes.db"});
  ASSERT_THAT(server, Succeeds());
  std::map<SpaceId, std::pair<std::size_t, std::size_t>> opened;  // of how many
  auto rows = (*server)->Prepare("SELECT envelope FROM envelopes");
  while (*rows.Step()) {
    const auto envelope = DecodeEnvelope(rows.Blob(0));
    ASSERT_THAT(envelope, Succeeds());
    auto& [open, all] = opened[envelope->header.space];
    ++all;
    // Any key that the laptop has, not only the space's own.
    bool is_open = false;
    ASSERT_THAT(
        keys->keys().ForEachEpochKey([&](const SpaceId&, std::uint64_t, ByteView key) -> Status {
          is_open |= OpenEnvelope(*envelope, *EpochKey::FromBytes(key)).has_value();
          return {};
        }),
        Succeeds());
    if (is_open) ++open;
  }
  for (const auto& [kind, space] : week_.spaces) {
    const auto& [open, all] = opened[space];
    EXPECT_GT(all, 0U) << static_cast<int>(kind);
    EXPECT_EQ(open, MayHoldKey(kind, seat_.reader) ? all : 0) << static_cast<int>(kind);
  }
}

// One test, since the week is long: each role, by every way.
TEST(ReaderTable, IsWhatEachRoleReadsByEveryWay) {
  Week week;
  for (const Seat& seat : kSeats) {
    SCOPED_TRACE(seat.name);
    Reading reading(week, seat);
    reading.ThroughTheProgram();
    reading.ThroughAnExport();
    reading.ThroughTheSearch();
    reading.ThroughTheRawDatabase();
    reading.ThroughForgedRequests();
    reading.ThroughACopyOfTheServersDatabase();
  }
}

// The same role at another post reads what all posts share, and nothing of this one.
TEST(ReaderTable, IsEmptyForAnotherPostButForTheDirectory) {
  Week week;
  Laptop& laptop = week.Of("another post");
  const std::string bytes = FileBytes(laptop.path()) + FileBytes(laptop.path() + "-wal");
  for (const KindDef& kind : Kinds()) {
    if (IsDerived(kind)) continue;
    const bool is_shared = kind.space == SpaceKind::kSharedDirectory;
    EXPECT_EQ(laptop->Read(week.records.at(kind.id))->has_value(), is_shared) << kind.name;
    if (is_shared) continue;
    EXPECT_EQ(bytes.find(Canary(kind)), std::string::npos) << kind.name;
  }
  for (const auto& [kind, space] : week.spaces)
    EXPECT_EQ(laptop.Demand(space) > 0, kind == SpaceKind::kSharedDirectory)
        << static_cast<int>(kind);
}

}  // namespace
}  // namespace sacoche::casework
