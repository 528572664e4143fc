#include <iostream>

#include "engine/casework/schema.h"
#include "samples/schema_page/schema_page.h"

// Writes docs/schema.md on the standard output.
int main() {
  std::cout << sacoche::SchemaPage(sacoche::casework::CaseworkSchema());
  return std::cout.flush() ? 0 : 1;
}
