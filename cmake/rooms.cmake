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
