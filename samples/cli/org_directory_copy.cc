// The part of OrgCommands that keeps the directory beside the key, and says what a contact showed.

#include <iostream>

#include "samples/cli/org_commands.h"

namespace sacoche {
namespace {

// After "Directory: ".
std::string SentenceFor(const DirectoryNews& news) {
  const std::string several = Counted(news.statements, "statement");
  switch (news.kind) {
    case DirectoryNews::Kind::kCopyMade:
      return "there was no copy of it beside the key; one was made of what the server shows (" +
             several + ").";
    case DirectoryNews::Kind::kForgotten:
      return "the server no longer shows " + several +
             " that it had shown before: it was put back to an older state, or hides them.";
    case DirectoryNews::Kind::kGivenBack:
      return several + " given to the server, which did not have " +
             (news.statements == 1 ? "it." : "them.");
    case DirectoryNews::Kind::kWithheld:
      return "the server was given " + several +
             " that it lacks, and goes on without. Nothing can be signed until it takes " +
             (news.statements == 1 ? "it." : "them.");
    case DirectoryNews::Kind::kReordered:
      return "the server shows it in another order than before, and whole. That is so when laptops "
             "gave\nback what a restored server lacked.";
    case DirectoryNews::Kind::kGaveWay:
      return several +
             " of what was said or seen here contradicted what the server shows, and gave way. "
             "See\n"
             "`sacoche org show`, and say again what is missing.";
    case DirectoryNews::Kind::kUpheld:
      return "the server shows " + Counted(news.statements, "withdrawal") +
             " no more, and has something else in the place. It holds all the same: say it again "
             "with\n`sacoche org revoke`.";
    case DirectoryNews::Kind::kForked:
      return "TWO STATEMENTS of this key have the number " + std::to_string(news.statements) +
             ". What follows is what the server shows; nothing can be signed.";
  }
  return "";
}

}  // namespace

Status OrgCommands::KeepCopy(Office& office) {
  SACOCHE_TRY(office.organisation->KeepCopyIn(&context_.files(), key_file_ + ".directory"));
  // On the error stream, so that the result stays what it is; each once.
  office.organisation->OnNews(
      [told = std::vector<DirectoryNews>()](const DirectoryNews& news) mutable {
        if (std::ranges::count(told, news) > 0) return;
        told.push_back(news);
        std::cerr << "Directory: " << SentenceFor(news) << "\n";
      });
  return {};
}

}  // namespace sacoche
