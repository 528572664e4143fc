# Flags that hold for every room. Sanitisers and hardening come from the presets.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
find_package(OpenSSL 3.0 REQUIRED)
find_package(cereal REQUIRED)
find_package(tl-expected REQUIRED)

add_library(sacoche_options INTERFACE)
target_compile_options(sacoche_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -fno-strict-aliasing)
# GCC 12 sees an impossible length in the three-way comparison of byte vectors at -O2.
target_compile_options(sacoche_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>)
target_include_directories(sacoche_options INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(sacoche_options INTERFACE tl::expected)

if(SACOCHE_SANITIZE_ADDRESS)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(SACOCHE_SANITIZE_THREAD)
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()
if(SACOCHE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
