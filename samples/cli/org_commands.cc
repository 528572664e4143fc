#include "samples/cli/org_commands.h"

#include <set>

#include "engine/casework/posts.h"
#include "samples/cli/invitation.h"
#include "samples/cli/org_words.h"
#include "samples/cli/passphrase.h"

namespace sacoche {
namespace {

// A shared dossier's is made by whoever shares it.
std::vector<std::string> SpaceKindsToMake() {
  std::vector<std::string> names = WordsIn(kSpaceKinds);
  std::erase(names, "partage");
  return names;
}

}  // namespace

OrgCommands::OrgCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* org = app.add_subcommand("org", "Found and administer an organisation");
  org->require_subcommand(1);
  AddSetUp(*org);
  AddInvite(*org);
  AddMembership(*org);
  AddLeaving(*org);
  AddOfficers(*org);
  AddPosts(*org);
  AddRecovery(*org);
  AddBreakGlass(*org);
  AddPolicy(*org);
}

CLI::App* OrgCommands::AddCommand(CLI::App& parent, const std::string& name,
                                  const std::string& help) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("--key", key_file_, "The organisation's key file")->required();
  command->add_option(
      "--passphrase-file", passphrase_file_,
      "A file whose first line is the passphrase (else SACOCHE_PASSPHRASE, else asked)");
  command->add_option("--server", server_, "The server's address, https://host[:port]");
  command->add_option("--ca", ca_file_, "The PEM certificate of the server's authority");
  return command;
}

void OrgCommands::AddPlaces(CLI::App& command) {
  command
      .add_option("--post", posts_,
                  "Name of a post: all of its spaces that the role may read; several times for "
                  "several posts")
      ->allow_extra_args(false);
  command.add_option("--space", spaces_, "Name or id of a space; may be given several times")
      ->allow_extra_args(false);
}

void OrgCommands::AddSetUp(CLI::App& org) {
  const char* place = "The invitation file, instead of --server and --ca";
  CLI::App* create = AddCommand(
      org, "create", "Make the key file, found the server, make a first post and an invitation");
  CLI::Option* post = create->add_option("--post", posts_, "The first post's name")->expected(1);
  create
      ->add_option("--space", name_,
                   "Instead of a post with its spaces, one space for whatever is written there")
      ->excludes(post);
  create->add_option("--invitation", invitation_file_, "Where to write the invitation file");
  create->add_flag("--resume", resume_, "Go on with the key file that is there already");
  context_.On(create, [this] { return Create(); });

  CLI::App* show = AddCommand(org, "show", "Show spaces, people with their laptops, and officers");
  show->add_option("--invitation", invitation_file_, place);
  context_.On(show, [this] { return Show(); });

  CLI::App* space = org.add_subcommand("space", "Spaces of the organisation");
  space->require_subcommand(1);
  CLI::App* add = AddCommand(*space, "add", "Make a space; prints its id");
  add->add_option("NAME", name_, "Its name")->required();
  add->add_option("--kind", kind_, "What it is for; without it, for whatever is written there")
      ->check(CLI::IsMember(SpaceKindsToMake()));
  add->add_option("--post", posts_, "Name of the post whose it is")->expected(1);
  add->add_option("--invitation", invitation_file_, place);
  context_.On(add, [this] { return AddSpace(); });
}

void OrgCommands::AddMembership(CLI::App& org) {
  const char* place = "The invitation file, instead of --server and --ca";
  CLI::App* requests = AddCommand(org, "requests", "List the laptops that ask to be admitted");
  requests->add_option("--invitation", invitation_file_, place);
  context_.On(requests, [this] { return Requests(); });

  CLI::App* admit =
      AddCommand(org, "admit", "Admit a laptop, once its owner has read you its phrase");
  admit->add_option("--invitation", invitation_file_, place);
  admit->add_option("--phrase", phrase_, "The six words that the laptop shows, in quotes")
      ->required();
  admit->add_option("--role", role_, "What its owner is")
      ->required()
      ->check(CLI::IsMember(WordsIn(kRoles)));
  admit->add_flag("--without-invitation", without_invitation_,
                  "Also a laptop whose invitation is not good, or has no ticket");
  AddPlaces(*admit);
  admit->add_option(
      "--same-person-as", device_,
      "Another laptop of its owner, lost or not: its id from `org show`. The recovery "
      "code of that one then opens here what it read");
  context_.On(admit, [this] { return Admit(); });
}

void OrgCommands::AddLeaving(CLI::App& org) {
  const char* place = "The invitation file, instead of --server and --ca";
  const char* device = "The laptop's id, or its first 8 digits, from `org show`";
  CLI::App* move = AddCommand(org, "move", "Give a laptop another role and other spaces");
  move->add_option("--invitation", invitation_file_, place);
  move->add_option("DEVICE", device_, device)->required();
  move->add_option("--role", role_, "What its owner is from now on")
      ->required()
      ->check(CLI::IsMember(WordsIn(kRoles)));
  AddPlaces(*move);
  context_.On(move, [this] { return Move(); });

  CLI::App* revoke = AddCommand(
      org, "revoke", "Withdraw a laptop for good; nothing that is written later opens on it");
  revoke->add_option("--invitation", invitation_file_, place);
  revoke->add_option("DEVICE", device_, device)->required();
  revoke->add_option("--reason", reason_, "lost, departure or replaced")
      ->required()
      ->check(CLI::IsMember(WordsIn(kReasons)));
  context_.On(revoke, [this] { return Revoke(); });
}

Result<OrganisationKey> OrgCommands::OpenKey() {
  SACOCHE_ASSIGN(const Bytes file,
                 context_.files().ReadFile(key_file_, kOrganisationKeyFileBytesMax));
  SACOCHE_ASSIGN(const SecretBytes passphrase,
                 ReadPassphrase(kOrganisationPassphrase, passphrase_file_, PassphraseUse::kOpen));
  return DecodeOrganisationKey(file, passphrase.view());
}

Result<OrganisationKey> OrgCommands::MakeKey() {
  if (context_.files().Exists(key_file_)) {
    if (resume_) return OpenKey();
    return Fail(ErrorCode::kAlreadyExists, "there is a file " + key_file_ + " already",
                "Choose another name for the new key; or add --resume to go on with that key.");
  }
  SACOCHE_ASSIGN(const SecretBytes passphrase,
                 ReadPassphrase(kOrganisationPassphrase, passphrase_file_, PassphraseUse::kCreate));
  OrganisationKey key = OrganisationKey::Generate();
  SACOCHE_ASSIGN(const Bytes file, EncodeOrganisationKey(key, passphrase.view()));
  SACOCHE_TRY(WriteNewKeyFile(key_file_, file));
  return key;
}

// Server and certificate authority, from the invitation or as they were typed.
Result<Invitation> OrgCommands::ReadPlace() {
  if (!server_.empty() && !ca_file_.empty()) {
    SACOCHE_TRY(CheckServerUrl(server_));
    SACOCHE_ASSIGN(const Bytes ca, context_.files().ReadFile(ca_file_, kCaPemBytesMax));
    SACOCHE_TRY(CheckCaPem(TextOf(ca)));
    return Invitation{server_, std::string(TextOf(ca)), {}, {}};
  }
  if (invitation_file_.empty() || !server_.empty() || !ca_file_.empty())
    return Fail(ErrorCode::kInvalidInput, "it was not said where the organisation's server is",
                "Give --server and --ca, or --invitation FILE.");
  SACOCHE_ASSIGN(const Bytes file,
                 context_.files().ReadFile(invitation_file_, kInvitationBytesMax));
  return DecodeInvitation(TextOf(file));
}

Result<OrgCommands::Office> OrgCommands::OpenOffice(OrganisationKey key) {
  SACOCHE_ASSIGN(Invitation place, ReadPlace());
  const bool is_named = !invitation_file_.empty() && place.organisation != SigningPublicKey{};
  if (is_named && place.organisation != key.root())
    return Fail(ErrorCode::kInvalidInput, "the invitation and the key are of two organisations",
                "Choose the key file that belongs to the invitation.");
  place.organisation = key.root();
  place.organisation_box = key.box_key.public_key();
  SACOCHE_ASSIGN(KeyFileLock lock, KeyFileLock::Take(key_file_));
  Office office{std::move(lock), std::move(place), nullptr, nullptr};
  SACOCHE_ASSIGN(office.http, context_.Connect(office.invitation));
  office.organisation = std::make_unique<Organisation>(
      std::move(key), ServerLink{office.http.get(), &context_.clock(), &context_.random()});
  SACOCHE_TRY(KeepCopy(office));
  return office;
}

Result<OrgCommands::Office> OrgCommands::OpenOffice() {
  SACOCHE_TRY(ReadPlace());  // before the passphrase is asked for
  SACOCHE_ASSIGN(OrganisationKey key, OpenKey());
  return OpenOffice(std::move(key));
}

Result<SpaceId> OrgCommands::EnsureSpace(Organisation& organisation) {
  SACOCHE_ASSIGN(const auto spaces, organisation.Spaces());
  for (const auto& [space, label] : spaces)
    if (label.name == name_) return space;
  return organisation.AddSpace(name_);
}

// The first post, or the first space; gives how the result speaks of it.
Result<Json> OrgCommands::MakeFirst(Organisation& organisation) {
  if (!posts_.empty()) {
    SACOCHE_ASSIGN(const RecordId post, MakePost(organisation, name_, context_.random()));
    return Json{{"post", {{"id", post.ToUuid()}, {"name", name_}}}};
  }
  SACOCHE_ASSIGN(const SpaceId space, EnsureSpace(organisation));
  return Json{{"space", {{"id", space.ToUuid()}, {"name", name_}}}};
}

Status OrgCommands::Create() {
  if (!posts_.empty()) name_ = posts_.front();
  SACOCHE_TRY(CheckTyped("the post's name", name_,
                         posts_.empty() ? kSpaceNameBytesMax : casework::kPostNameBytesMax));
  if (server_.empty() || ca_file_.empty())
    return Fail(ErrorCode::kInvalidInput, "it was not said where the organisation's server is",
                "Give --server and --ca.");
  SACOCHE_ASSIGN(const Invitation place, ReadPlace());
  SACOCHE_TRY(context_.Connect(place));
  // The key is on the disk before the server knows of it: a server that was founded with a key that
  // nobody has could never admit anybody.
  SACOCHE_ASSIGN(OrganisationKey key, MakeKey());
  SACOCHE_ASSIGN(const Office office, OpenOffice(std::move(key)));
  SACOCHE_TRY(office.organisation->Found());
  SACOCHE_ASSIGN(Json json, MakeFirst(*office.organisation));
  if (!invitation_file_.empty())
    SACOCHE_TRY(context_.files().WriteFileAtomically(invitation_file_,
                                                     ViewOf(EncodeInvitation(office.invitation))));
  json["organisation"] = ToHex(office.invitation.organisation);
  context_.Print(
      "The organisation is founded. Keep copies of its key file in two safe places: "
      "without it nobody\ncan be admitted. First " +
          std::string(posts_.empty() ? "space: " : "post: ") + OnOneLine(name_) +
          (invitation_file_.empty() ? "\n"
                                    : "\nThe other `org` commands take the invitation file.\n") +
          "Invite each laptop with `sacoche org invite`.\n",
      json);
  return {};
}

Status OrgCommands::Requests() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_ASSIGN(const auto pending, office.organisation->Requests());
  SACOCHE_TRY(office.organisation->Refresh());
  std::string text;
  Json json = Json::array();
  for (const PendingDevice& device : pending) {
    const InvitationCheck check = office.organisation->CheckInvitation(device);
    const std::string_view invitation = InvitationWord(check.outcome);
    text += device.phrase + "  " + OnOneLine(device.profile.person) + " (" +
            OnOneLine(device.profile.device_label) + "), invitation: " + std::string(invitation) +
            "\n";
    json.push_back({{"phrase", device.phrase},
                    {"person", device.profile.person},
                    {"device", device.profile.device_label},
                    {"invitation", invitation},
                    {"device_id", device.request.device().ToHex()}});
  }
  context_.Print(text.empty() ? "Nobody asks to be admitted.\n" : text, json);
  return {};
}

Result<PendingDevice> OrgCommands::FindRequest(Organisation& organisation,
                                               std::string_view phrase) {
  SACOCHE_ASSIGN(const auto pending, organisation.Requests());
  std::vector<PendingDevice> found;
  for (const PendingDevice& device : pending)
    if (device.phrase == phrase) found.push_back(device);
  if (found.empty())
    return Fail(
        ErrorCode::kNotFound, "no laptop with this phrase asks to be admitted",
        "Have all six words read again, as `sacoche status` shows them on the laptop. If they "
        "are the same, let `sacoche enrol` be run there again. Admit no other in its place.");
  // Six words do not coincide by chance.
  if (found.size() > 1)
    return Fail(ErrorCode::kUntrusted, "two laptops ask with the same phrase",
                "Admit neither; somebody may be trying to take a colleague's place.");
  return found.front();
}

Result<SpaceId> OrgCommands::FindSpace(const std::vector<LabelledSpace>& known,
                                       const std::string& typed) {
  const auto id = SpaceId::FromUuid(typed);
  std::vector<SpaceId> found;
  for (const auto& [space, label] : known)
    if (id ? space == *id : label.name == typed) found.push_back(space);
  if (found.size() == 1) return found.front();
  return Fail(
      found.empty() ? ErrorCode::kNotFound : ErrorCode::kInvalidInput,
      found.empty() ? "the organisation has no such space" : "several spaces have that name",
      "See `sacoche org show` for the spaces and their ids.");
}

Result<std::vector<SpaceId>> OrgCommands::FindSpaces(Organisation& organisation) const {
  SACOCHE_ASSIGN(const auto known, organisation.Spaces());
  std::set<SpaceId> wanted;
  for (const std::string& typed : spaces_) {
    SACOCHE_ASSIGN(const SpaceId space, FindSpace(known, typed));
    wanted.insert(space);
  }
  std::vector<RecordId> posts;
  for (const std::string& name : posts_) {
    SACOCHE_ASSIGN(const RecordId post, casework::FindPost(known, name));
    posts.push_back(post);
  }
  if (!posts.empty())
    for (const SpaceId& space : casework::SpacesForRole(known, kRoles.at(role_), posts))
      wanted.insert(space);
  return std::vector<SpaceId>(wanted.begin(), wanted.end());
}

Status OrgCommands::Admit() {
  if (spaces_.empty() && posts_.empty())
    return Fail(ErrorCode::kInvalidInput, "it was not said what the laptop may read",
                "Give --post with the name of its post, or --space.");
  SACOCHE_ASSIGN(const std::string phrase, ParsePhrase(phrase_));
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_ASSIGN(const PendingDevice device, FindRequest(*office.organisation, phrase));
  if (!without_invitation_) SACOCHE_TRY(CheckInvited(*office.organisation, device));
  SACOCHE_ASSIGN(const auto spaces, FindSpaces(*office.organisation));
  SACOCHE_ASSIGN(const auto person, FindPerson(*office.organisation));
  SACOCHE_TRY(office.organisation->Admit(device, kRoles.at(role_), spaces, person));
  Json json = {{"device_id", device.request.device().ToHex()},
               {"person", device.profile.person},
               {"device", device.profile.device_label},
               {"role", role_},
               {"spaces", Json::array()}};
  for (const SpaceId& space : spaces) json["spaces"].push_back(space.ToUuid());
  context_.Print("Admitted: " + OnOneLine(device.profile.person) + " (" +
                     OnOneLine(device.profile.device_label) +
                     "). The laptop learns it when it synchronises.\n",
                 json);
  return {};
}

Result<Member> OrgCommands::FindMember(Organisation& organisation, std::string_view id) {
  SACOCHE_TRY(organisation.Refresh());
  std::vector<Member> found;
  for (const auto& [device, member] : organisation.directory().members())
    if (id.size() >= 8 && device.ToHex().starts_with(id)) found.push_back(member);
  if (found.size() == 1) return found.front();
  return Fail(ErrorCode::kNotFound,
              found.empty() ? "no laptop of this id was ever admitted"
                            : "several laptops have ids that begin so",
              "Copy the id from `sacoche org show --json`.");
}

Result<std::optional<UserId>> OrgCommands::FindPerson(Organisation& organisation) const {
  if (device_.empty()) return std::optional<UserId>();
  SACOCHE_ASSIGN(const Member other, FindMember(organisation, device_));
  if (!other.admission.user.is_zero()) return std::optional(other.admission.user);
  return Fail(ErrorCode::kInvalidInput, "the directory does not say whose that laptop is",
              "It was admitted by an early release. Admit the new one as another person's.");
}

Status OrgCommands::Move() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_ASSIGN(const Member member, FindMember(*office.organisation, device_));
  SACOCHE_ASSIGN(const auto spaces, FindSpaces(*office.organisation));
  SACOCHE_TRY(office.organisation->Move(member.device, kRoles.at(role_), spaces));
  context_.Print(
      "Done. The laptop and its colleagues learn it when they synchronise; a space that it left "
      "takes a new\nkey before anything more is written there.\n",
      {{"device_id", member.device.ToHex()}, {"role", role_}, {"spaces", spaces.size()}});
  return {};
}

Status OrgCommands::Revoke() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_ASSIGN(const Member member, FindMember(*office.organisation, device_));
  SACOCHE_TRY(office.organisation->Revoke(member.device, kReasons.at(reason_)));
  const Profile profile = ProfileOf(office.organisation->key(), member.admission);
  context_.Print(
      "Withdrawn: " + OnOneLine(profile.person) + " (" + OnOneLine(profile.device_label) +
          "). The server refuses the laptop from now on, and the laptop destroys its store at\nits "
          "next contact. What it held until today must be taken as read by whoever has it and its "
          "passphrase;\nwhat it had not sent is lost. Its colleagues write with new keys once "
          "they have synchronised.\n",
      {{"device_id", member.device.ToHex()},
       {"person", profile.person},
       {"device", profile.device_label},
       {"reason", reason_}});
  return {};
}

Status OrgCommands::AddSpace() {
  SACOCHE_TRY(CheckTyped("the space's name", name_, kSpaceNameBytesMax));
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_ASSIGN(const auto known, office.organisation->Spaces());
  for (const auto& [space, label] : known)
    if (label.name == name_)
      return Fail(ErrorCode::kAlreadyExists, "there is a space of this name already",
                  "Choose another name; see `sacoche org show`.");
  SpaceLabel label{name_, {}, {}};
  if (!kind_.empty()) label.kind = kSpaceKinds.at(kind_);
  if (!posts_.empty()) {
    SACOCHE_ASSIGN(label.post, casework::FindPost(known, posts_.front()));
  }
  SACOCHE_ASSIGN(const SpaceId space, office.organisation->AddSpace(label));
  context_.Print(space.ToUuid() + "\n", {{"id", space.ToUuid()}, {"name", name_}});
  return {};
}

}  // namespace sacoche
