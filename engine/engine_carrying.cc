// The part of Engine that exchanges files with colleagues' laptops.

#include "engine/engine_parts.h"

namespace sacoche {

Status Engine::CheckMayCarry() const {
  SACOCHE_TRY(CheckWritable());
  if (parts_->directory.FindMember(device()) != nullptr) return {};
  return Fail(ErrorCode::kNotEnrolled, "this laptop does not know yet that it was admitted",
              "Synchronise once; from then on it exchanges files with its colleagues.");
}

Result<CarriedOut> Engine::CarryOut(const std::set<DeviceId>& readers,
                                    std::size_t file_bytes_target) {
  SACOCHE_TRY(CheckMayCarry());
  for (const DeviceId& reader : readers)
    if (parts_->directory.FindMember(reader) == nullptr)
      return Fail(ErrorCode::kInvalidInput, "a reader of the file is no laptop of the organisation",
                  "Name a laptop that was admitted.");
  Carrier carrier({parts_->store.get(), &parts_->directory, &parts_->committer, &parts_->identity,
                   parts_->config.random, file_bytes_target});
  return carrier.Out(readers);
}

Status Engine::CarryIn(ByteView file, CarriedIn& report) {
  SACOCHE_TRY(CheckMayCarry());
  Carrier carrier({parts_->store.get(), &parts_->directory, &parts_->committer, &parts_->identity,
                   parts_->config.random});
  const Status status = carrier.In(file, report);
  Notify(report.touched);
  return status;
}

}  // namespace sacoche
