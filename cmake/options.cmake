# ehlock_options: what every target of the project is compiled with. Errors for warnings come from the
# presets, so that a packager's newer compiler only warns.
add_library(ehlock_options INTERFACE)
target_compile_options(ehlock_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wold-style-cast -Wnon-virtual-dtor)
# g++ 12 sees uninitialised members in empty std::optional and std::variant where there are none (GCC bug 80635).
target_compile_options(ehlock_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_compile_definitions(ehlock_options INTERFACE EHLOCK_VERSION="${PROJECT_VERSION}")
target_link_libraries(ehlock_options INTERFACE $<IF:$<BOOL:$<TARGET_PROPERTY:EHLOCK_STATIC>>,fmt_static,fmt::fmt>)
find_package(fmt REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
