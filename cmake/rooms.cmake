# sacoche_room(NAME SOURCES a.cc b.cc [PUBLIC lib...] [PRIVATE lib...])
# One target per room of the architecture. A room links exactly the rooms that it may include
# (tests/tidy reads the #include lines and checks the same rule), so that a forbidden dependency is
# an unresolved symbol before it is a review remark. A room of headers only becomes an interface.
function(sacoche_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(ROOM_SOURCES)
    add_library(${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(${name} PUBLIC sacoche_options ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE sacoche_options ${ROOM_PUBLIC})
  endif()
endfunction()

# sacoche_embed(FILE NAME HEADER VARIABLE)
# A source file that defines `const ByteView NAME`, which HEADER declares, as the bytes of FILE; its
# path comes in VARIABLE.
function(sacoche_embed file name header variable)
  get_filename_component(stem ${file} NAME_WE)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${stem}.cc)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n"
    bytes "${bytes}")
  file(CONFIGURE OUTPUT ${source} CONTENT [[
#include "@header@"

namespace sacoche {
namespace {

constexpr std::uint8_t kBytes[] = {
@bytes@
};

}  // namespace

const ByteView @name@(kBytes);

}  // namespace sacoche
]] @ONLY)
  set(${variable} ${source} PARENT_SCOPE)
endfunction()
