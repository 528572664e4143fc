#pragma once

#include "engine/engine.h"

// How a technical supervisor comes to read one case whose people are not there to share it: she
// asks with a reason; where the organisation's policy allows it, the holders of the recovery key
// open the post for a laptop that exists for as long as that takes, and it shares the one dossier
// with her for some hours. The reason stands in the post's access log, the directory says that the
// recovery key was used and for whom, and the sharing is listed: the people of the post see all
// three at their next sync.
namespace sacoche::casework {

// On the supervisor's laptop: writes the request into the post's access log. `follow_up`: the
// follow-up record, which is all that she knows of the case. kNotFound, kInvalidInput (no reason).
Status AskForDossier(Engine& supervisor, const RecordId& follow_up, const std::string& reason);

struct OpenedByForce {
  RecordId dossier;
  SpaceId space;            // of the copy
  std::size_t laptops = 0;  // that read it
  std::uint64_t until_s = 0;
};

struct ForcedOpening {
  RecordId follow_up;
  DeviceId supervisor;  // one of her laptops
  std::string reason;
  std::uint64_t hours = 0;
};

// For how many hours, if the policy lets it: so many were asked for, or nothing was said.
// kRefused: no case is opened by force there. kInvalidInput: for so long none is.
Result<std::uint64_t> HoursByForce(const PolicyStatement& policy,
                                   std::optional<std::uint64_t> asked);

// All laptops of the technical supervisor whose laptop is named: for nobody else is a case opened
// by force. kInvalidInput: it is no such laptop, or is withdrawn.
Result<std::vector<DeviceId>> SupervisorsLaptops(const Directory& directory,
                                                 const DeviceId& device);

// On the laptop that the recovery key let in, after a sync: logs the reason, then shares. It takes
// effect with that laptop's next sync. kNotFound: none of the post's cases is the one that is
// meant. kRefused, kInvalidInput: the organisation's policy does not let it.
Result<OpenedByForce> OpenByForce(Engine& emergency, const ForcedOpening& opening);

}  // namespace sacoche::casework
