#pragma once

#include <vector>

#include "engine/engine.h"

namespace sacoche {

// The laptops of the person of that name, or of whose laptop that is the id, withdrawn ones left
// out; at least one. kNotFound, or kInvalidInput if several people have the name.
[[nodiscard]] Result<std::vector<Member>> FindPerson(const Engine& engine,
                                                     const std::string& typed);

}  // namespace sacoche
