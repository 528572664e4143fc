#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/membership/organisation_facts.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/process_guard.h"
#include "platform/posix/system_clock.h"
#include "sync-server/certificate.h"
#include "sync-server/http_front.h"
#include "sync-server/io_loops.h"
#include "sync-server/server_config.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "sync-server/store_commands.h"
#include "sync-server/time_key.h"
#include "sync-server/tls_sessions.h"

namespace sacoche {
namespace {

struct ServeFlags {
  std::string config;
  std::string data;
  std::string listen;
  std::string metrics_listen;
  std::string certificate;
  std::string key;
  std::string ca;
  std::string organisation;
  std::string ready_file;
};

struct CertificateFlags {
  std::string out;
  std::vector<std::string> hosts;
};

// The text goes to people; --json gives scripts the closed code on standard output as well.
int Report(const Error& error, Output output) {
  std::cerr << "sacoche-server: " << error.message << ".";
  if (!error.advice.empty()) std::cerr << " " << error.advice;
  std::cerr << '\n';
  if (output == Output::kJson) {
    const nlohmann::json json = {{"error",
                                  {{"code", static_cast<int>(error.code)},
                                   {"message", error.message},
                                   {"advice", error.advice}}}};
    std::cout << json.dump() << std::endl;
  }
  return 1;
}

void Override(std::string& value, const std::string& flag) {
  if (!flag.empty()) value = flag;
}

Result<ServerConfig> ReadConfig(const ServeFlags& flags, FileSystem& files) {
  ServerConfig config;
  if (!flags.config.empty()) {
    SACOCHE_ASSIGN(const Bytes text, files.ReadFile(flags.config, kConfigBytesMax));
    const std::string folder = std::filesystem::path(flags.config).parent_path().string();
    SACOCHE_ASSIGN(config, ParseServerConfig(TextOf(text), folder));
  }
  Override(config.data, flags.data);
  Override(config.listen, flags.listen);
  Override(config.metrics_listen, flags.metrics_listen);
  Override(config.certificate, flags.certificate);
  Override(config.key, flags.key);
  Override(config.ca, flags.ca);
  Override(config.ready_file, flags.ready_file);
  if (!flags.organisation.empty()) {
    SACOCHE_ASSIGN(config.organisation, ParseOrganisation(flags.organisation));
  }
  SACOCHE_TRY(CheckServerConfig(config));
  return config;
}

Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return Fail(ErrorCode::kIo, "cannot make the folder " + path + ": " + error.message(),
              "Check the path and its permissions.");
}

Status Announce(const HttpFront& front, const ServerConfig& config, FileSystem& files,
                Output output) {
  const std::string metrics = front.metrics_address();
  nlohmann::json json = {{"listening", front.address()}};
  if (!metrics.empty()) json["metrics"] = metrics;
  if (output == Output::kJson)
    std::cout << json.dump() << std::endl;
  else
    std::cout << "listening on " << front.address()
              << (metrics.empty() ? "" : ", for /metrics on " + metrics) << std::endl;
  if (config.ready_file.empty()) return {};
  return files.WriteFileAtomically(config.ready_file, ViewOf(front.address() + "\n"));
}

// Only what is a certificate leaves the server, whatever else the file holds.
Result<std::string> ReadAuthority(const ServerConfig& config, FileSystem& files) {
  if (config.ca.empty()) return std::string();
  SACOCHE_ASSIGN(const Bytes file, files.ReadFile(config.ca, kPublishedCaBytesMax));
  std::string certificates = CertificatesIn(TextOf(file));
  if (!certificates.empty()) return certificates;
  return Fail(ErrorCode::kInvalidInput, "`ca` holds no PEM certificate",
              "Name the file that begins with -----BEGIN CERTIFICATE-----.");
}

Result<HttpFrontOptions> FrontOptionsOf(const ServerConfig& config, FileSystem& files) {
  HttpFrontOptions options;
  options.listen = config.listen;
  options.certificate_path = config.certificate;
  options.key_path = config.key;
  options.metrics_listen = config.metrics_listen;
  options.limits = config.limits;
  SACOCHE_ASSIGN(options.ca_pem, ReadAuthority(config, files));
  return options;
}

std::uint64_t BytesOfStore(const std::string& path) {
  std::uint64_t bytes = 0;
  for (const char* end : {"", "-wal"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path + end, error);
    if (!error) bytes += size;
  }
  return bytes;
}

// One for each connection, and what the program and each of its loops have open.
void AskForDescriptors(const ServerLimits& limits, ServerLog& log) {
  constexpr rlim_t kOwn = 64;
  constexpr rlim_t kOfLoop = 4;
  const rlim_t wanted = limits.connections_max + kOwn + kOfLoop * IoLoops::CountForThisMachine();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
    log.Event("few-descriptors",
              {{"wanted", std::to_string(wanted)}, {"allowed", std::to_string(limit.rlim_max)}});
}

Status Serve(const ServeFlags& flags, Output output) {
  PosixFileSystem files;
  SystemClock clock;
  ServerLog log(clock);
  SACOCHE_ASSIGN(const ServerConfig config, ReadConfig(flags, files));
  SACOCHE_TRY(MakeFolder(config.data));
  const std::string store_path = config.data + "/envelopes.db";
  SACOCHE_ASSIGN(const auto store, SqliteEnvelopeStore::Open(store_path));
  SACOCHE_ASSIGN(const auto directory, ServerDirectory::Load(*store, config.organisation));
  SACOCHE_ASSIGN(const SigningKey time_key, LoadOrMakeTimeKey(*store));
  ServerMetrics metrics;
  Service service({*store, *directory, clock, &time_key, nullptr, &metrics},
                  ServiceOptionsOf(config.limits));
  TlsSessions sessions(clock);
  const std::string sessions_path = config.data + "/tls-sessions";
  SACOCHE_TRY(sessions.TakeFrom(files, sessions_path));
  SACOCHE_ASSIGN(HttpFrontOptions options, FrontOptionsOf(config, files));
  service.SetAuthority(options.ca_pem);
  options.sessions = &sessions;
  options.reload = [&]() -> Result<HttpFrontOptions> {
    SACOCHE_ASSIGN(const ServerConfig next, ReadConfig(flags, files));
    return FrontOptionsOf(next, files);
  };
  options.store_bytes = [&] { return BytesOfStore(store_path); };
  AskForDescriptors(config.limits, log);
  SACOCHE_ASSIGN(const auto front, HttpFront::Listen(options, service, clock, log, metrics));
  SACOCHE_TRY(Announce(*front, config, files, output));
  log.Event("started", {{"statements", std::to_string(directory->directory().statement_count())}});
  front->Run();
  log.Event("stopped", {});
  return sessions.SaveTo(files, sessions_path);
}

Status MakeCertificate(const CertificateFlags& flags, Output output) {
  PosixFileSystem files;
  const std::string ca = flags.out + "/ca.pem";
  const std::string certificate = flags.out + "/server.pem";
  const std::string key = flags.out + "/server.key";
  for (const std::string& path : {ca, certificate, key})
    if (files.Exists(path))
      return Fail(ErrorCode::kAlreadyExists, path + " is there already",
                  "Choose another folder; laptops that trust the old one would be locked out.");
  SACOCHE_ASSIGN(const ServerCertificate made, MakeServerCertificate(flags.hosts));
  SACOCHE_TRY(MakeFolder(flags.out));
  SACOCHE_TRY(files.WriteFileAtomically(key, ViewOf(made.key_pem)));
  SACOCHE_TRY(files.WriteFileAtomically(certificate, ViewOf(made.server_pem)));
  SACOCHE_TRY(files.WriteFileAtomically(ca, ViewOf(made.ca_pem)));
  if (output == Output::kJson)
    std::cout << nlohmann::json{{"ca", ca}, {"certificate", certificate}, {"key", key}}.dump()
              << std::endl;
  else
    std::cout << "wrote " << ca << " (give it to the laptops), " << certificate << " and " << key
              << std::endl;
  return {};
}

void AddServe(CLI::App& app, ServeFlags& flags) {
  CLI::App* serve = app.add_subcommand(
      "serve",
      "Serve one organisation until SIGTERM. SIGHUP reads the configuration, the certificate and "
      "the key again");
  serve->add_option("--config", flags.config, "TOML file; the flags override it");
  serve->add_option("--data", flags.data, "Folder of the store");
  serve->add_option("--listen", flags.listen, "ADDRESS:PORT; port 0 takes a free one");
  serve->add_option("--metrics-listen", flags.metrics_listen,
                    "ADDRESS:PORT on loopback for /metrics in Prometheus' format; none by default");
  serve->add_option("--certificate", flags.certificate, "PEM file");
  serve->add_option("--key", flags.key, "PEM file");
  serve->add_option("--ca", flags.ca,
                    "PEM file of the certificate's authority, told to laptops that enrol");
  serve->add_option("--organisation", flags.organisation,
                    "64 hexadecimal digits: serve this organisation and no other");
  serve->add_option("--ready-file", flags.ready_file,
                    "Receives ADDRESS:PORT once connections are accepted");
}

void AddMakeCertificate(CLI::App& app, CertificateFlags& flags) {
  CLI::App* make = app.add_subcommand("make-certificate",
                                      "Make a certificate authority and the server's certificate");
  make->add_option("--out", flags.out, "Folder for ca.pem, server.pem and server.key")->required();
  make->add_option("--host", flags.hosts, "Names or IP addresses of the server")->required();
}

int Main(int argc, char** argv) {
  GuardProcess();
  ServeFlags serve;
  CertificateFlags certificate;
  StoreCommands store;
  bool json = false;
  CLI::App app("Sacoche's server: stores and forwards what it cannot read", "sacoche-server");
  app.set_version_flag("--version", "sacoche-server " SACOCHE_VERSION);
  app.add_flag("--json", json, "Answer in JSON");
  app.require_subcommand(1);
  app.fallthrough();
  AddServe(app, serve);
  AddMakeCertificate(app, certificate);
  store.AddTo(app);
  CLI11_PARSE(app, argc, argv);
  const Output output = json ? Output::kJson : Output::kText;
  if (const auto ran = store.Run(app, output)) return *ran ? **ran : Report(ran->error(), output);
  const Status done =
      app.got_subcommand("serve") ? Serve(serve, output) : MakeCertificate(certificate, output);
  return done ? 0 : Report(done.error(), output);
}

}  // namespace
}  // namespace sacoche

int main(int argc, char** argv) { return sacoche::Main(argc, argv); }
